import Files
import Foundation
import ProjectPage
import TestSupport
import Testing

/// What a write does to a folder, file by file.
struct SiteWriterTests {
  private let folder = TemporaryFolder()
  private var output: String { folder.file("site") }

  private func write(_ files: [String: String]) throws -> SiteWriter.Outcome {
    try SiteWriter(output: output).write(Site(files: files.mapValues { Array($0.utf8) }))
  }

  private func put(_ text: String, _ name: String) throws {
    try AtomicFile.write(Array(text.utf8), to: "\(output)/\(name)")
  }

  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: "\(output)/\(name)", encoding: .utf8)
  }

  @Test func writesOnlyWhatChanged() throws {
    #expect(
      try write(["index.html": "a", "f/x": "1"]).written == ["SHA256SUMS", "f/x", "index.html"])
    let before = try FileManager.default.attributesOfItem(atPath: "\(output)/f/x")
    let again = try write(["index.html": "a", "f/x": "1"])
    #expect(again.written.isEmpty && again.unchanged == 3 && again.removed.isEmpty)
    #expect(try write(["index.html": "b", "f/x": "1"]).written == ["SHA256SUMS", "index.html"])
    let after = try FileManager.default.attributesOfItem(atPath: "\(output)/f/x")
    #expect(before[.modificationDate] as? Date == after[.modificationDate] as? Date)
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
    #expect(try Folder.names(in: folder.path) == ["site"], "nothing is left beside the site")
  }

  @Test func removesWhatAnEarlierPageHad() throws {
    _ = try write(["index.html": "a", "old/deep/x": "1", "old/y": "2"])
    try put("mine", "old/mine")
    try put("edited", "old/y")
    let outcome = try write(["index.html": "a"])
    #expect(outcome.removed == ["old/deep/x"])
    #expect(outcome.warnings.count == 1)
    #expect(text("old/mine") == "mine" && text("old/y") == "edited")
    #expect(!Folder.isFolder("\(output)/old/deep"))
  }

  @Test func foreignFilesAreInTheWayAndNothingIsWritten() throws {
    try put("mine", "index.html")
    #expect(throws: PageError.self) { try write(["index.html": "a", "b": "c"]) }
    #expect(text("index.html") == "mine" && text("b") == nil && text("SHA256SUMS") == nil)
    #expect(try Folder.names(in: folder.path) == ["site"])
  }

  @Test func editedFilesOfOursAreReplacedWithAWarning() throws {
    _ = try write(["index.html": "a"])
    try put("edited", "index.html")
    #expect(try write(["index.html": "a"]).warnings.count == 1)
    #expect(text("index.html") == "a")
  }

  @Test func symbolicLinksAreNotFollowedOutOfTheFolder() throws {
    try Folder.create(output)
    try Folder.create(folder.file("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(output)/f", withDestinationPath: folder.file("elsewhere"))
    #expect(throws: PageError.self) { try write(["f/x": "1"]) }
    #expect(try Folder.names(in: folder.file("elsewhere")).isEmpty)
  }

  @Test func aListFromElsewhereCannotDeleteOutside() throws {
    _ = try write(["index.html": "a"])
    try AtomicFile.write(Array("x".utf8), to: folder.file("victim"))
    let hash = SHA256Hex.of(Array("x".utf8))
    try put("\(hash)  ../victim\n\(hash)  index.html\n", "SHA256SUMS")
    _ = try write(["index.html": "b"])
    #expect(Folder.isFile(folder.file("victim")))
  }
}
