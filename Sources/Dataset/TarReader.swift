internal import Files

/// Walks through the regular files of a tar archive without unpacking it.
///
/// Knows ustar, pax (path and size) and GNU long names; links, devices and sparse files are passed
/// over. An archive inside an archive is read in place, by a reader over the member's bytes.
struct TarReader {
  /// A regular file in the archive.
  struct Member {
    /// The name, without leading "./".
    let name: String
    /// Where its bytes lie in the file.
    let bytes: Range<Int>
  }

  private let file: RandomAccessFile
  private let end: Int
  private var position: Int
  private let title: String

  /// Headers that describe the next member are no larger than this.
  private static let extensionLimit = 1 << 20

  /// A reader over the whole of `file`.
  init(_ file: RandomAccessFile) {
    self.init(file, 0..<file.count, title: file.path)
  }

  /// A reader over an archive that is a member of another one; `title` stands in errors.
  init(_ file: RandomAccessFile, _ range: Range<Int>, title: String) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
    self.title = title
  }

  /// The next regular file, or nil at the archive's end.
  ///
  /// - Throws: ``DatasetError`` where a header is broken or the archive ends inside a member.
  mutating func next() throws(DatasetError) -> Member? {
    var longName: String?
    var extended = PaxRecords()
    while true {
      if position == end { return nil }  // no end mark, as many writers leave it out
      let start = position
      let block = try read(512)
      if block.allSatisfy({ $0 == 0 }) { return nil }
      guard let header = TarHeader(block) else {
        throw DatasetError(
          "\(title): expected a tar header at byte \(start), found one with a wrong checksum or"
            + " number")
      }
      switch header.kind {
      case UInt8(ascii: "L"):
        longName = TarHeader.text(try readExtension(header.size))
      case UInt8(ascii: "x"):
        extended = PaxRecords(try readExtension(header.size))
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
        let size = extended.size ?? header.size
        let bytes = position..<position + (try checked(size, header.name))
        try skip(size, header.name)
        let name = extended.path ?? longName ?? header.name
        // Old archives mark folders by a slash only.
        if name.hasSuffix("/") { continue }
        return Member(name: name.hasPrefix("./") ? String(name.dropFirst(2)) : name, bytes: bytes)
      default:
        try skip(extended.size ?? header.size, header.name)
        if header.kind != UInt8(ascii: "g"), header.kind != UInt8(ascii: "K") {
          (longName, extended) = (nil, PaxRecords())
        }
      }
    }
  }

  private mutating func readExtension(_ size: Int) throws(DatasetError) -> [UInt8] {
    guard size <= Self.extensionLimit else {
      throw DatasetError("\(title): a header of \(size) bytes at byte \(position) is too large")
    }
    let bytes = try read(try checked(size, "header"))
    position = min(end, position + (512 - size % 512) % 512)
    return bytes
  }

  private func checked(_ size: Int, _ name: String) throws(DatasetError) -> Int {
    guard size <= end - position else {
      throw DatasetError(
        "\(title): expected \(size) bytes of \(name) at byte \(position), found the archive's end"
          + " after \(end - position)")
    }
    return size
  }

  private mutating func skip(_ size: Int, _ name: String) throws(DatasetError) {
    position += try checked(size, name)
    position = min(end, position + (512 - size % 512) % 512)
  }

  private mutating func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    guard count <= end - position else {
      throw DatasetError(
        "\(title): expected \(count) bytes at byte \(position), found the archive's end after"
          + " \(end - position)")
    }
    defer { position += count }
    return try file.read(position..<position + count)
  }
}

/// The records of a pax header that decide a member's name and size.
struct PaxRecords {
  private(set) var path: String?
  private(set) var size: Int?

  init() {}

  /// Reads "LENGTH KEY=VALUE\n" records; what is broken ends them.
  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let blank = rest.firstIndex(of: 32),
      let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      length > blank - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(blank + 1)..<(rest.startIndex + length - 1)]
      rest = rest[(rest.startIndex + length)...]
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
      switch String(decoding: record[..<equals], as: UTF8.self) {
      case "path": path = value
      case "size": size = Int(value).flatMap { $0 >= 0 ? $0 : nil }
      default: break
      }
    }
  }
}
