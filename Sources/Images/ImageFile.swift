internal import CImageCodecs
internal import Files

/// PNG and JPEG files, told apart by their first bytes, whatever their names say.
public enum ImageFile {
  /// A format that is read.
  public enum Format: Sendable {
    case png
    case jpeg
  }

  /// The picture as Pillow's `Image.open(path).convert("RGB")` gives it; EXIF rotation is not applied.
  ///
  /// - Throws: ``ImageError`` where the file cannot be read or is no PNG or JPEG, is broken or
  ///   incomplete, or has more than ``ImageLimits/pixels`` pixels.
  public static func load(_ path: String) throws(ImageError) -> RGBImage {
    try loadInOwnMode(path).rgb()
  }

  /// The picture of the file's `bytes`, otherwise as ``load(_:)``; `name` stands in errors.
  ///
  /// - Throws: ``ImageError`` as ``load(_:)`` does.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> RGBImage {
    try decodeInOwnMode(bytes, name: name).rgb()
  }

  /// The picture in the file's own mode, as Pillow's `Image.open(path)` gives it.
  ///
  /// - Throws: ``ImageError`` as ``load(_:)`` does.
  public static func loadInOwnMode(_ path: String) throws(ImageError) -> ModeImage {
    try map(path).withBytes { (bytes) throws(ImageError) in
      try decodeInOwnMode(bytes, name: path)
    }
  }

  /// Width and height in pixels, read from the header alone; EXIF rotation is not applied.
  ///
  /// - Throws: ``ImageError`` as ``load(_:)`` does, as far as the header shows it.
  public static func size(_ path: String) throws(ImageError) -> (width: Int, height: Int) {
    try map(path).withBytes { (bytes) throws(ImageError) in try size(of: bytes, name: path) }
  }

  /// Width and height in pixels of the file's `bytes`, otherwise as ``size(_:)``.
  ///
  /// - Throws: ``ImageError`` as ``size(_:)`` does.
  public static func size(
    of bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> (width: Int, height: Int) {
    let header = try read(bytes, name: name, format: try format(of: bytes, name: name))
    return (Int(header.width), Int(header.height))
  }

  /// The picture of the file's `bytes` in its own mode; `name` stands in errors.
  ///
  /// - Throws: ``ImageError`` as ``load(_:)`` does.
  public static func decodeInOwnMode(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> ModeImage {
    let format = try format(of: bytes, name: name)
    let header = try read(bytes, name: name, format: format)
    guard let mode = PixelMode(rawValue: header.mode) else {
      throw ImageError(name, .unsupported, "expected a known pixel mode, found \(header.mode)")
    }
    let count = Int(header.width) * Int(header.height) * mode.bytesPerPixel
    var failure: ImageError?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(ImageError) {
        _ = try read(bytes, name: name, format: format, into: buffer.baseAddress)
        filled = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return ModeImage(
      mode: mode, width: Int(header.width), height: Int(header.height), pixels: pixels,
      palette: mode == .palette ? withUnsafeBytes(of: header.palette) { Array($0) } : [])
  }

  /// The picture of the file's `bytes` in its own mode and upright, as Pillow's `exif_transpose`
  /// leaves it; `name` stands in errors.
  ///
  /// - Throws: ``ImageError`` as ``load(_:)`` does.
  public static func decodeUpright(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> ModeImage {
    try decodeInOwnMode(bytes, name: name).turned(Orientation.of(bytes))
  }

  static func map(_ path: String) throws(ImageError) -> MappedFile {
    do throws(FileError) {
      return try MappedFile(path)
    } catch {
      throw ImageError(error)
    }
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer, name: String, format: Format,
    into pixels: UnsafeMutablePointer<UInt8>? = nil
  ) throws(ImageError) -> codec_header {
    var header = codec_header()
    let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    let limit = UInt64(ImageLimits.pixels)
    let status =
      switch format {
      case .png: codec_png_read(start, bytes.count, limit, &header, pixels)
      case .jpeg: codec_jpeg_read(start, bytes.count, limit, &header, pixels)
      }
    guard status == CODEC_OK else {
      throw error(status, &header, name: name, format: format)
    }
    return header
  }

  private static func error(
    _ status: codec_status, _ header: inout codec_header, name: String, format: Format
  ) -> ImageError {
    let found = withUnsafeBytes(of: &header.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let what = format == .png ? "PNG" : "JPEG"
    let whole = "expected a whole \(what) picture, found a broken one (\(found))"
    switch status {
    case CODEC_TRUNCATED:
      return ImageError(
        name, .truncated, "expected a whole \(what) picture, found a truncated one (\(found))")
    case CODEC_UNSUPPORTED:
      return ImageError(name, .unsupported, "this \(what) picture cannot be used: \(found)")
    case CODEC_TOO_LARGE:
      return ImageError(
        name, .tooLarge,
        "expected at most \(ImageLimits.pixels) pixels, found \(header.width) x \(header.height)"
          + " (\(found))")
    case CODEC_NO_MEMORY:
      return ImageError(
        name, .tooLarge, "not enough memory for \(header.width) x \(header.height) pixels")
    default:
      return ImageError(name, .corrupt, whole)
    }
  }
}
