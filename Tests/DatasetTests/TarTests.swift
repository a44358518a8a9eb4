import Dataset
import Files
import Images
import TestSupport
import Testing

/// Writes small tar archives as `tar` does.
enum Tar {
  static func header(_ name: String, size: Int, kind: Character = "0") -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (i, byte) in text.utf8.enumerated() { block[offset + i] = byte }
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(String(decoding: name.utf8.prefix(100), as: UTF8.self), at: 0)
    put("0000644\0", at: 100)
    put(octal(size, 11), at: 124)
    put("        ", at: 148)
    put(String(kind), at: 156)
    put("ustar\0", at: 257)
    put("00", at: 263)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\0 ", at: 148)
    return block
  }

  static func member(_ name: String, _ data: [UInt8], kind: Character = "0") -> [UInt8] {
    header(name, size: data.count, kind: kind) + data
      + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
  }

  static func pax(_ key: String, _ value: String) -> [UInt8] {
    let body = " \(key)=\(value)\n"
    var length = body.utf8.count + 1
    while String(length).utf8.count + body.utf8.count != length { length += 1 }
    return member("PaxHeaders/x", Array("\(length)\(body)".utf8), kind: "x")
  }

  static func gnuLongName(_ name: String) -> [UInt8] {
    member("././@LongLink", Array(name.utf8) + [0], kind: "L")
  }

  static let end = [UInt8](repeating: 0, count: 1024)
}

@Suite struct TarTests {
  let folder = TemporaryFolder()

  /// Makes a dataset of an archive of these bytes and gives its rows' sources.
  private func sources(
    _ archive: [UInt8], classes: [String]? = ["a"], perClass: Int = 1
  ) throws -> [String] {
    try AtomicFile.write(archive, to: folder.file("s.tar"))
    _ = try DatasetBuilder.build(
      sources: [folder.file("s.tar")], output: folder.file("out"),
      options: DatasetOptions(
        classes: classes, perClass: perClass, minSide: 2, size: 4, order: .source),
      progress: SilentProgress())
    return try Pictures.rows(folder.file("out")).map { $0[3] }
  }

  @Test func namesOfEveryKindAreRead() throws {
    let long = String(repeating: "x", count: 150) + ".png"
    let archive =
      Tar.member("./a/1.png", Pictures.png(1)) + Tar.member("a/", [], kind: "5")
      + Tar.gnuLongName("a/" + long) + Tar.member("a/cut", Pictures.png(2))
      + Tar.pax("path", "a/ümlaut.png") + Tar.member("a/other", Pictures.png(3))
      + Tar.member("a/link.png", [], kind: "2") + Tar.member("a/notes.txt", [1]) + Tar.end
    #expect(
      try sources(archive, perClass: 3)
        == ["s.tar/a/1.png", "s.tar/a/\(long)", "s.tar/a/ümlaut.png"])
  }

  @Test func anArchiveInAnArchiveIsReadInPlace() throws {
    let inner = Tar.member("n02106662_7.JPEG", Pictures.png(1)) + Tar.end
    let archive =
      Tar.member("n02106660.tar", [1, 2, 3]) + Tar.member("n02106662.tar", inner) + Tar.end
    #expect(
      try sources(archive, classes: ["German shepherd"]) == ["n02106662.tar/n02106662_7.JPEG"])
  }

  @Test func missingEndMarksAreFine() throws {
    #expect(try sources(Tar.member("a/1.png", Pictures.png(1))).count == 1)
  }

  private static let broken: [(String, [UInt8])] = [
    ("checksum", Array("b".utf8) + Tar.member("a/1.png", [1]).dropFirst()),
    ("archive's end", Tar.header("a/1.png", size: 5000)),
    ("archive's end", Tar.header("a/1.png", size: Int(UInt32.max) * 2 - 1)),
    ("too large", Tar.header("a", size: 5_000_000, kind: "L") + Tar.end),
    ("archive's end", Tar.member("a/1.png", [1]).dropLast(512)),
    ("compressed", [0x1F, 0x8B, 8, 0] + Tar.end),
    ("found 0 bytes", []),
  ]

  @Test(arguments: broken)
  func brokenArchivesGiveASentence(expected: String, archive: [UInt8]) {
    do {
      _ = try sources(archive)
      Issue.record("no error")
    } catch let error as DatasetError {
      #expect(error.description.contains(expected), "\(error)")
      #expect(error.description.contains("s.tar"))
    } catch { Issue.record(error) }
  }

  @Test func randomDamageNeverTraps() throws {
    let archive = Tar.pax("size", "77") + Tar.member("a/1.png", Pictures.png(1)) + Tar.end
    var state: UInt64 = 1
    for _ in 0..<100 {
      var damaged = archive
      for _ in 0..<4 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        damaged[Int(state >> 33) % 1500] = UInt8(truncatingIfNeeded: state >> 20)
      }
      _ = try? sources(damaged)
    }
  }
}
