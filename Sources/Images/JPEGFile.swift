internal import CImageCodecs

/// Writes baseline JPEG files without chroma subsampling (4:4:4), without EXIF or profiles.
public enum JPEGFile {
  /// Writes `image` to `path`, which appears whole or not at all.
  ///
  /// - Parameter quality: libjpeg's, 1 to 100.
  /// - Throws: ``ImageError`` where it cannot be encoded (no pixels, sides above 65500) or written.
  public static func write(
    _ image: RGBImage, to path: String, quality: Int = 92
  ) throws(ImageError) {
    try writeFile(try encode(image, quality: quality, name: path), to: path)
  }

  /// The bytes of a JPEG file of `image`; `name` stands in errors.
  ///
  /// - Throws: ``ImageError`` where it cannot be encoded.
  public static func encode(
    _ image: RGBImage, quality: Int = 92, name: String = "JPEG"
  ) throws(ImageError) -> [UInt8] {
    guard image.width > 0, image.height > 0 else {
      throw ImageError(name, .corrupt, "expected a picture with pixels, found none")
    }
    var output = codec_output()
    let status = codec_jpeg_write(
      image.pixels, UInt32(clamping: image.width), UInt32(clamping: image.height), Int32(quality),
      &output)
    return try take(output, status, name: name)
  }
}
