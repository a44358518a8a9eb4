/// EXIF and XMP in the segments of a JPEG file.
enum JPEGMetadata {
  static func read(_ bytes: UnsafeRawBufferPointer) -> PictureMetadata {
    var found = PictureMetadata()
    var position = 2
    while position + 4 <= bytes.count {
      guard bytes[position] == 0xFF else {
        position += 1  // junk between segments
        continue
      }
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1  // padding
        continue
      }
      position += 2
      if marker == 0xDA || marker == 0xD9 { break }  // the scan, or the end
      if marker == 0 || marker == 1 || (0xD0...0xD8).contains(marker) { continue }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      guard length >= 2, position + length <= bytes.count else { break }
      if marker == 0xE1 {
        note(UnsafeRawBufferPointer(rebasing: bytes[position + 2..<position + length]), in: &found)
      }
      position += length
    }
    return found
  }

  /// Several EXIF segments are one, cut into pieces; of several XMP segments the last one counts.
  private static func note(_ segment: UnsafeRawBufferPointer, in found: inout PictureMetadata) {
    let xmp = "http://ns.adobe.com/xap/1.0/\0"
    if segment.starts(with: "Exif\0\0".utf8) {
      found.exif = (found.exif ?? []) + segment.dropFirst(6)
    } else if segment.starts(with: xmp.utf8) {
      found.xmp = Array(segment.dropFirst(xmp.utf8.count).prefix { $0 != 0 })
    }
  }
}
