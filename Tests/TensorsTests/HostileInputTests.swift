import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// Files that are cut short, damaged, or made to exhaust the reader.
struct HostileInputTests {
  @Test(arguments: try Fixture.names)
  func refusesEveryTruncation(_ name: String) throws {
    // An index of shards is text whose last line feed may go.
    guard !name.hasSuffix(".json") else { return }
    let bytes = try Fixture.bytes(name)
    for count in 0..<bytes.count {
      #expect(throws: TensorError.self, "\(name), \(count) bytes") {
        try read(Array(bytes[..<count]))
      }
    }
  }

  @Test(arguments: try Fixture.names)
  func survivesDamage(_ name: String) throws {
    let original = try Fixture.bytes(name)
    // A fixed generator, so that a failure comes again.
    var state: UInt64 = 42
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for _ in 0..<300 {
      var bytes = original
      for _ in 0...random(4) {
        bytes[random(bytes.count)] = [0, 0xFF, 0x7F, UInt8(random(256))][random(4)]
      }
      // Reading may succeed or fail, not trap; and what it gives can be looked at.
      guard let archive = try? read(bytes) else { continue }
      for (_, array) in archive.arrays { #expect(array.doubles().count == array.count) }
    }
  }

  @Test(arguments: [
    ("stride 0", [1 << 35], [0], 0, "more than"), ("outside", [2], [1], 3, "inside its storage"),
    ("negative", [2], [-1], 3, "inside its storage"),
    ("offset", [1], [1], -1, "inside its storage"),
    ("reach overflows", [2], [1 << 62], 1 << 62, "inside its storage"),
    ("shape overflows", [1 << 62, 4], [1, 1], 0, "fits into memory"),
    ("hidden behind a zero", [0, 1 << 62, 1 << 62], [1, 1, 1], 0, "fits into memory"),
    ("fewer strides", [2, 2], [1], 0, "as many strides"),
  ])
  func refusesViews(
    _ name: String, _ shape: [Int], _ strides: [Int], _ offset: Int, _ message: String
  ) {
    let program = Pickle.tensor(shape: shape, strides: strides, offset: offset)
    let error = #expect(throws: TensorError.self) { try Pickle.read(program) }
    #expect(error?.reason.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: Pickle.badPrograms)
  func refusesPrograms(_ name: String, _ program: [UInt8]) {
    #expect(throws: TensorError.self) { try Pickle.read([0x80, 2] + program + [0x2E]) }
  }

  @Test func refusesBombs() throws {
    // 512 MB of zeros deflate to half a megabyte; the declared size alone must be enough.
    let bomb = Zip.deflatedZeros(count: 512 << 20, name: "a.npy")
    let error = #expect(throws: TensorError.self) { try read(bomb) }
    #expect(error?.reason.contains("found other bytes") == true, "\(error?.description ?? "")")
    let pickle = Zip.deflatedZeros(count: 512 << 20, name: "a/data.pkl")
    let refusal = #expect(throws: TensorError.self) { try read(pickle) }
    #expect(refusal?.reason.contains("more than the") == true, "\(refusal?.description ?? "")")
  }

  @Test func refusesEntriesThatOverlap() throws {
    let bytes = try NPZ.bytes(of: [("a", NDArray([Float(1)], shape: [1]))])
    let directory = try #require(bytes.firstRange(of: [0x50, 0x4B, 1, 2])?.lowerBound)
    let end = try #require(bytes.firstRange(of: [0x50, 0x4B, 5, 6])?.lowerBound)
    var twice = Array(bytes[..<end]) + bytes[directory..<end] + bytes[end...]
    // The record at the end: two entries of twice the size.
    let record = twice.count - 22
    twice[record + 8] = 2
    twice[record + 10] = 2
    twice[record + 12] *= 2
    let error = #expect(throws: TensorError.self) { try read(twice) }
    #expect(error?.reason.contains("overlapping") == true, "\(error?.description ?? "")")
  }

  @Test func refusesFoldersAndPipes() throws {
    let folder = TemporaryFolder()
    let error = #expect(throws: TensorError.self) { try ArrayFile.read(folder.path) }
    #expect(error?.description == "\(folder.path): expected a file, found a folder")
    mkfifo(folder.file("pipe.pt"), 0o600)
    #expect(throws: TensorError.self) { try ArrayFile.read(folder.file("pipe.pt")) }
    #expect(throws: TensorError.self) { try ArrayFile.read(folder.file("gone.pt")) }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read every file"))
  func namesFilesThatMayNotBeRead() throws {
    let folder = TemporaryFolder()
    let path = folder.file("secret.npy")
    try FileBytes.write([1], to: path)
    chmod(path, 0)
    let error = #expect(throws: TensorError.self) { try ArrayFile.read(path) }
    #expect(error?.description == "\(path): cannot open: Permission denied")
  }

  @Test func quotesNamesOnOneLine() {
    let error = TensorError(
      path: "f", array: "a\n\u{1B}[31m" + String(repeating: "x", count: 99), "r")
    #expect(!error.description.unicodeScalars.contains { $0.value < 32 })
    #expect(error.description.count < 120)
  }
}
