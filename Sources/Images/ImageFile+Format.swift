extension ImageFile {
  /// The format that the first bytes name.
  ///
  /// - Throws: ``ImageError`` of kind unsupported that says what was found instead.
  static func format(
    of bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> Format {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.isEmpty {
      throw ImageError(name, .truncated, "expected a PNG or JPEG picture, found an empty file")
    }
    throw ImageError(
      name, .unsupported,
      "expected a PNG or JPEG picture, found \(otherFormat(bytes) ?? "neither")")
  }

  private static func otherFormat(_ bytes: UnsafeRawBufferPointer) -> String? {
    func has(_ text: String, at offset: Int) -> Bool {
      bytes.count >= offset + text.utf8.count && bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if has("RIFF", at: 0) && has("WEBP", at: 8) { return "WebP" }
    if has("GIF8", at: 0) { return "GIF" }
    if has("II*\0", at: 0) || has("MM\0*", at: 0) { return "TIFF" }
    if has("BM", at: 0) { return "BMP" }
    if has("ftypavif", at: 4) { return "AVIF" }
    if has("ftyphei", at: 4) || has("ftypmif1", at: 4) { return "HEIC" }
    if bytes.starts(with: [0xFF, 0x0A]) || has("JXL ", at: 4) { return "JPEG XL" }
    if has("<?xml", at: 0) || has("<svg", at: 0) { return "XML or SVG" }
    if has("version https://git-lfs", at: 0) { return "a Git LFS pointer (run: git lfs pull)" }
    return nil
  }
}
