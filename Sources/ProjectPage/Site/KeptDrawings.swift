import Files

/// Keeps pictures that were drawn under other versions of Cairo, FreeType, libpng or zlib.
///
/// Those versions decide the bytes of PNG and PDF, so another machine would write other bytes for
/// the same drawing. An earlier picture stays where its provenance differs from the new one's in the
/// versions alone, and the SVG of the same figure, which no library decides, has not changed.
struct KeptDrawings {
  /// The folder of the earlier page.
  let output: String
  /// Hashes by path of the files that the earlier page wrote.
  let earlier: [String: Set<String>]

  /// Puts the earlier bytes of such pictures into `files`; a sentence where there are any.
  func restore(_ files: inout [String: [UInt8]]) -> String? {
    var count = 0
    var versions: (old: String, new: String)?
    for (path, new) in files where path.hasSuffix(".png") || path.hasSuffix(".pdf") {
      let drawing = String(path.dropLast(4)) + ".svg"
      guard let svg = files[drawing], old(drawing) == svg, let old = old(path), old != new,
        let was = DrawingOrigin(old), let now = DrawingOrigin(new), was.rest == now.rest,
        was.versions != now.versions
      else { continue }
      files[path] = old
      count += 1
      if path.hasSuffix(".png") || versions == nil { versions = (was.versions, now.versions) }
    }
    return versions.map {
      "\(count) pictures in \(output) were drawn with other libraries and stay as they are "
        + "(\($0.old); here \($0.new))"
    }
  }

  /// The bytes of an earlier file that is as we wrote it.
  private func old(_ path: String) -> [UInt8]? {
    guard let hashes = earlier[path], let file = try? MappedFile(Folder.join(output, path)) else {
      return nil
    }
    let bytes = file.withBytes { Array($0) }
    return hashes.contains(SHA256Hex.of(bytes)) ? bytes : nil
  }
}

/// The line of JSON in a picture's metadata, parted into versions of libraries and the rest.
struct DrawingOrigin: Equatable {
  /// Everything before the versions: software, figure, models, command, arrays.
  let rest: String
  /// The versions: `"cairo":"1.16.0","freetype":"2.12.1"`.
  let versions: String

  /// Reads the metadata of a PNG or PDF of ours; nil where there is none.
  init?(_ bytes: [UInt8]) {
    guard let json = Self.chunk(bytes) ?? Self.keywords(bytes),
      let start = json.ranges(of: ",\"versions\":{").last, json.hasSuffix("}}")
    else { return nil }
    rest = String(json[..<start.lowerBound])
    versions = String(json[start.upperBound...].dropLast(2))
  }

  /// The text of a PNG's chunk tEXt with the key Provenance.
  private static func chunk(_ bytes: [UInt8]) -> String? {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
    let key = Array("Provenance\0".utf8)
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let data = start + 8
      guard data + length + 4 <= bytes.count else { return nil }
      let text = bytes[data..<data + length]
      if bytes[start + 4..<data].elementsEqual("tEXt".utf8), text.starts(with: key) {
        return String(decoding: text.dropFirst(key.count), as: UTF8.self)
      }
      start = data + length + 4
    }
    return nil
  }

  /// A PDF's Keywords, which Cairo writes as a literal or as UTF-16 in hexadecimal digits.
  private static func keywords(_ bytes: [UInt8]) -> String? {
    guard bytes.starts(with: "%PDF".utf8),
      let key = bytes.ranges(of: Array("/Keywords ".utf8)).first
    else { return nil }
    let value = bytes[key.upperBound...]
    if value.first == UInt8(ascii: "("), let end = value.firstIndex(of: UInt8(ascii: ")")) {
      return String(decoding: value[..<end].dropFirst(), as: UTF8.self)
    }
    guard value.first == UInt8(ascii: "<"), let end = value.firstIndex(of: UInt8(ascii: ">"))
    else { return nil }
    let digits = String(decoding: value[..<end].dropFirst(), as: UTF8.self)
      .compactMap(\.hexDigitValue)
    let units = stride(from: 0, to: digits.count - 3, by: 4).map { start -> UInt16 in
      UInt16(digits[start..<start + 4].reduce(0) { 16 * $0 + $1 })
    }
    // The first unit marks the order of bytes.
    return String(decoding: units.drop { $0 == 0xFEFF }, as: UTF16.self)
  }
}
