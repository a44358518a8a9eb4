import Files
import Foundation
import ProjectPage
import TestSupport
import Testing

/// Pictures of other libraries' versions stay where nothing else about them changed.
struct KeptDrawingsTests {
  private let folder = TemporaryFolder()
  private var output: String { folder.file("site") }

  private static func provenance(_ cairo: String, arrays: String) -> String {
    "{\"figure\":\"f\",\"arrays\":[\"\(arrays)\"],\"versions\":{\"cairo\":\"\(cairo)\"}}"
  }

  /// Just enough of a PNG: the signature, a text chunk, one that stands for the pixels.
  private static func png(_ cairo: String, arrays: String, pixels: String) -> [UInt8] {
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      [0, 0, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + Array(type.utf8) + data
        + [0, 0, 0, 0]
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("tEXt", Array("Provenance\0\(provenance(cairo, arrays: arrays))".utf8))
      + chunk("IDAT", Array(pixels.utf8))
  }

  /// Just enough of a PDF.
  private static func pdf(_ cairo: String, arrays: String, isHex: Bool) -> [UInt8] {
    let text = provenance(cairo, arrays: arrays)
    let hex = (["FEFF"] + text.utf16.map { String(format: "%04X", $0) }).joined()
    return Array("%PDF-1.5 << /Keywords \(isHex ? "<\(hex)>" : "(\(text))") >>".utf8)
  }

  private func write(_ files: [String: [UInt8]]) throws -> SiteWriter.Outcome {
    try SiteWriter(output: output).write(Site(files: files))
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(output)/\(name)").withBytes { Array($0) }
  }

  @Test func samePictureOfAnotherVersionStays() throws {
    let old = [
      "f/a.svg": Array("a".utf8), "f/a.png": Self.png("1.16", arrays: "x", pixels: "old"),
      "f/a.pdf": Self.pdf("1.16", arrays: "x", isHex: true),
    ]
    _ = try write(old)
    let outcome = try write([
      "f/a.svg": Array("a".utf8), "f/a.png": Self.png("1.18", arrays: "x", pixels: "new"),
      "f/a.pdf": Self.pdf("1.18", arrays: "x", isHex: false),
    ])
    #expect(outcome.written.isEmpty)
    #expect(outcome.warnings.count == 1)
    #expect(outcome.warnings.first?.contains("2 pictures") == true)
    #expect(try bytes("f/a.png") == old["f/a.png"])
    #expect(try bytes("f/a.pdf") == old["f/a.pdf"])
  }

  @Test(arguments: ["svg", "arrays", "version"])
  func anotherDrawingIsWritten(change: String) throws {
    _ = try write([
      "f/a.svg": Array("a".utf8), "f/a.png": Self.png("1.16", arrays: "x", pixels: "old"),
    ])
    let new = Self.png(
      change == "version" ? "1.16" : "1.18", arrays: change == "arrays" ? "y" : "x", pixels: "new")
    let outcome = try write([
      "f/a.svg": Array((change == "svg" ? "b" : "a").utf8), "f/a.png": new,
    ])
    #expect(outcome.warnings.isEmpty)
    #expect(try bytes("f/a.png") == new)
  }

  @Test func pictureChangedByHandIsNotKept() throws {
    _ = try write([
      "f/a.svg": Array("a".utf8), "f/a.png": Self.png("1.16", arrays: "x", pixels: "old"),
    ])
    try AtomicFile.write(
      Self.png("1.16", arrays: "x", pixels: "mine"), to: "\(output)/f/a.png")
    let new = Self.png("1.18", arrays: "x", pixels: "new")
    _ = try write(["f/a.svg": Array("a".utf8), "f/a.png": new])
    #expect(try bytes("f/a.png") == new)
  }
}
