/// EXIF's orientation of a picture, found where Pillow 13 finds it.
public enum Orientation {
  /// 1 to 8 where the file's metadata says so, else 1; broken metadata counts as none.
  ///
  /// Looked for in EXIF (JPEG: APP1; PNG: eXIf, or a "Raw profile type exif" text), then in XMP.
  public static func of(_ bytes: UnsafeRawBufferPointer) -> Int {
    let metadata =
      switch try? ImageFile.format(of: bytes, name: "") {
      case .jpeg: JPEGMetadata.read(bytes)
      case .png: PNGMetadata.read(bytes)
      case nil: PictureMetadata()
      }
    if let exif = metadata.exif, let orientation = inExif(exif) { return orientation }
    if let xmp = metadata.xmp, let orientation = inXMP(xmp) { return orientation }
    return 1
  }

  /// The value of tag 274 in the first directory of a TIFF structure, or nil.
  static func inExif(_ raw: [UInt8]) -> Int? {
    let marker: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]  // "Exif", possibly twice
    var data = raw[...]
    for _ in 0..<2 where data.starts(with: marker) { data = data.dropFirst(6) }
    guard let tiff = TIFFBytes(Array(data)), let start = tiff.integer(at: 4, size: 4) else {
      return nil
    }
    guard let count = tiff.integer(at: start, size: 2) else { return nil }
    for entry in 0..<count {
      let at = start + 2 + 12 * entry
      // An entry that is cut off ends the directory, as what came before still counts.
      guard at + 12 <= tiff.bytes.count, let tag = tiff.integer(at: at, size: 2) else { return nil }
      if tag == 274, let value = tiff.number(ofEntryAt: at) {
        return value == value.rounded() && (1...8).contains(value) ? Int(value) : 1
      }
    }
    return nil
  }

  /// The digit after `tiff:Orientation="` or `tiff:Orientation>`, or nil.
  static func inXMP(_ xmp: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var rest = xmp[...]
    while let range = rest.firstRange(of: name) {
      rest = rest[range.upperBound...]
      let after: ArraySlice<UInt8>
      if rest.starts(with: "=\"".utf8) {
        after = rest.dropFirst(2)
      } else if rest.starts(with: ">".utf8) {
        after = rest.dropFirst()
      } else {
        continue
      }
      if let digit = after.first, (48...57).contains(digit) { return Int(digit) - 48 }
    }
    return nil
  }
}

/// What of a file's metadata may hold an orientation.
struct PictureMetadata {
  var exif: [UInt8]?
  var xmp: [UInt8]?
}
