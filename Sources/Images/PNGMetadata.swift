internal import CImageCodecs

/// EXIF and XMP in the chunks of a PNG file.
enum PNGMetadata {
  static func read(_ bytes: UnsafeRawBufferPointer) -> PictureMetadata {
    var found = PictureMetadata()
    var profile: [UInt8]?
    var position = 8
    while position + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
      guard length <= bytes.count - position - 12 else { break }
      let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
      let data = UnsafeRawBufferPointer(rebasing: bytes[position + 8..<position + 8 + length])
      switch type {
      case "eXIf": found.exif = Array(data)
      case "tEXt", "zTXt", "iTXt":
        guard let (key, value) = text(data, type) else { break }
        if key == "Raw profile type exif" { profile = hexadecimal(value) }
        if key == "XML:com.adobe.xmp" { found.xmp = value }
      default: break
      }
      if type == "IEND" { break }
      position += 12 + length
    }
    found.exif = found.exif ?? profile
    return found
  }

  /// Key and value of a text chunk; nil where it is broken or too large when inflated.
  private static func text(
    _ data: UnsafeRawBufferPointer, _ type: String
  ) -> (key: String, value: [UInt8])? {
    guard let end = data.firstIndex(of: 0) else { return nil }
    let key = String(decoding: data[..<end], as: UTF8.self)
    var rest = data[(end + 1)...]
    var compressed = type == "zTXt"
    if type == "zTXt" { rest = rest.dropFirst() }
    if type == "iTXt" {
      compressed = rest.first == 1
      rest = rest.dropFirst(2)  // flag and method
      for _ in 0..<2 {  // language and translated key
        guard let zero = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(zero + 1)...]
      }
    }
    if !compressed { return (key, Array(rest)) }
    return inflated(Array(rest)).map { (key, $0) }
  }

  private static func inflated(_ bytes: [UInt8]) -> [UInt8]? {
    let limit = 1 << 20  // what Pillow allows a text chunk
    var output = [UInt8](repeating: 0, count: min(limit, bytes.count * 1032))
    let count = codec_inflate(bytes, bytes.count, &output, output.count)
    return count < 0 ? nil : Array(output.prefix(Int(count)))
  }

  /// A raw profile's bytes: after an empty line, its type and its size, hexadecimal digits.
  private static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: 10, omittingEmptySubsequences: false).dropFirst(3)
    let digits = lines.joined().filter { $0 > 32 }.compactMap {
      Character(UnicodeScalar($0)).hexDigitValue
    }
    guard digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}
