import Files
import Foundation
import TestSupport
import Testing

@Suite("Partial files")
struct PartialFileTests {
  @Test("What a killed writer left goes, what is being written stays")
  func abandoned() throws {
    let folder = TemporaryFolder()
    let target = folder.file("array.pt")
    let bytes = Data("half".utf8)
    try bytes.write(to: URL(fileURLWithPath: "\(target).partial-Abc123"))
    try bytes.write(to: URL(fileURLWithPath: folder.file("other.pt.partial-Abc123")))
    try bytes.write(to: URL(fileURLWithPath: "\(target).partial-notes"))
    let live = try PartialFile.create(beside: target)
    defer { close(live.descriptor) }
    try AtomicFile.write([1, 2, 3], to: target)
    #expect(
      Set(try Folder.names(in: folder.path)) == [
        "array.pt", Folder.name(of: live.path), "array.pt.partial-notes",
        "other.pt.partial-Abc123",
      ])
  }

  @Test("A folder that cannot be written to is named")
  func missing() {
    let error = #expect(throws: FileError.self) {
      try PartialFile.create(beside: "/nonexistent/array.pt")
    }
    #expect(error?.description.hasPrefix("/nonexistent/array.pt: cannot create") == true)
  }
}
