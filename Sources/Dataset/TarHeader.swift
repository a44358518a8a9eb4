/// One 512-byte header of a tar archive (ustar, GNU and old formats).
struct TarHeader {
  /// The member's name with ustar's prefix.
  let name: String
  /// The number of data bytes that follow.
  let size: Int
  /// The kind of member: "0" or NUL a file, "L" and "x" headers of the next one, and so on.
  let kind: UInt8

  /// Reads a header; nil where its checksum or its numbers are wrong.
  init?(_ block: [UInt8]) {
    guard block.count == 512, let sum = Self.number(block[148..<156]) else { return nil }
    var unsigned = 0
    for (index, byte) in block.enumerated() {
      unsigned += (148..<156).contains(index) ? 32 : Int(byte)
    }
    guard sum == unsigned, let size = Self.number(block[124..<136]) else { return nil }
    self.size = size
    kind = block[156]
    var name = Self.text(block[0..<100])
    // POSIX only: GNU tar keeps other things where ustar has its prefix.
    if block[257..<263].elementsEqual("ustar\0".utf8) {
      let prefix = Self.text(block[345..<500])
      if !prefix.isEmpty { name = "\(prefix)/\(name)" }
    }
    self.name = name
  }

  /// Text up to the first NUL.
  static func text(_ field: some Sequence<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// An octal number, or GNU's base 256 where the top bit is set; nil where it is neither or
  /// doesn't fit.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      var value = Int(first & 0x3F)
      if first & 0x40 != 0 { return nil }  // negative
      for byte in field.dropFirst() {
        guard value <= Int.max >> 8 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 32 }.prefix { $0 != 32 && $0 != 0 }
    var value = 0
    for digit in digits {
      guard (48...55).contains(digit), value <= Int.max >> 3 else { return nil }
      value = value << 3 | Int(digit - 48)
    }
    return value
  }
}
