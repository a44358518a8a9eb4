internal import CImageCodecs
internal import Files

/// Writes PNG files; the same picture and options give the same bytes (of one libpng and zlib).
public enum PNGFile {
  /// What the bytes of a picture stand for, 8 bits a channel.
  public enum Layout: Int32, Sendable {
    case grey = 1
    case rgb = 3
    case rgba = 4
  }

  /// One pair of metadata, written before the pixels: tEXt where ASCII, else iTXt, never compressed.
  public struct Text: Sendable {
    /// 1 to 79 ASCII characters, for instance "Description".
    public var key: String
    /// Any text without NUL.
    public var value: String

    /// A pair of metadata.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// How a file is written.
  public struct Options: Sendable {
    /// Metadata, in this order.
    public var text: [Text]
    /// Dots per inch for the pHYs chunk; nil leaves it out.
    public var dotsPerInch: Double?
    /// zlib's level, 0 to 9: 6 is its default, 1 is about four times as fast.
    public var level: Int
    /// Whether rows are filtered before they are compressed: good for photographs, bad for figures.
    public var filtered: Bool

    /// Options with the defaults for photographs.
    public init(
      text: [Text] = [], dotsPerInch: Double? = nil, level: Int = 6, filtered: Bool = true
    ) {
      self.text = text
      self.dotsPerInch = dotsPerInch
      self.level = level
      self.filtered = filtered
    }
  }

  /// Writes `image` to `path`, which appears whole or not at all.
  ///
  /// - Throws: ``ImageError`` where it cannot be encoded or written.
  public static func write(
    _ image: RGBImage, to path: String, options: Options = Options()
  ) throws(ImageError) {
    let bytes = try encode(
      image.pixels, width: image.width, height: image.height, layout: .rgb, options: options,
      name: path)
    try writeFile(bytes, to: path)
  }

  /// Writes `height * width` grey levels to `path`, which appears whole or not at all.
  ///
  /// - Throws: ``ImageError`` where it cannot be encoded or written.
  public static func writeGrey(
    _ pixels: [UInt8], width: Int, height: Int, to path: String, options: Options = Options()
  ) throws(ImageError) {
    let bytes = try encode(
      pixels, width: width, height: height, layout: .grey, options: options, name: path)
    try writeFile(bytes, to: path)
  }

  /// The bytes of a PNG file with the given pixels (rows from the top, no padding between them).
  ///
  /// - Parameter name: what stands in errors.
  /// - Throws: ``ImageError`` where the picture has no pixels or other than its size says, or
  ///   libpng refuses.
  public static func encode(
    _ pixels: [UInt8], width: Int, height: Int, layout: Layout, options: Options = Options(),
    name: String = "PNG"
  ) throws(ImageError) -> [UInt8] {
    guard width > 0, height > 0, pixels.count == width * height * Int(layout.rawValue) else {
      throw ImageError(
        name, .corrupt,
        "expected \(width) x \(height) x \(layout.rawValue) bytes of pixels, found \(pixels.count)")
    }
    return try withTexts(options.text) { (texts) throws(ImageError) in
      var raw = codec_png_options(
        width: UInt32(width), height: UInt32(height), channels: layout.rawValue,
        level: Int32(options.level), filtered: options.filtered ? 1 : 0,
        pixels_per_metre: UInt32(((options.dotsPerInch ?? 0) / 0.0254).rounded()),
        texts: texts.baseAddress, text_count: texts.count)
      var output = codec_output()
      let status = codec_png_write(pixels, &raw, &output)
      return try take(output, status, name: name)
    }
  }

  /// Versions that decide the bytes of every PNG, for instance "libpng 1.6.39, zlib 1.2.13".
  public static var versions: String {
    "libpng \(String(cString: codec_libpng_version())), "
      + "zlib \(String(cString: codec_zlib_version()))"
  }

  private static func withTexts<Result>(
    _ texts: [Text],
    _ body: (UnsafeBufferPointer<codec_text>) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    // One block of NUL-terminated strings, and the places of each in it.
    var block: [CChar] = []
    var places: [(key: Int, value: Int, international: Bool)] = []
    for text in texts {
      let international = text.value.utf8.contains { $0 >= 128 }
      places.append((block.count, block.count + text.key.utf8CString.count, international))
      block += text.key.utf8CString
      block += text.value.utf8CString
    }
    var result: Swift.Result<Result, ImageError>?
    block.withUnsafeBufferPointer { strings in
      let raw = places.map {
        codec_text(
          key: strings.baseAddress! + $0.key, value: strings.baseAddress! + $0.value,
          international: $0.international ? 1 : 0)
      }
      raw.withUnsafeBufferPointer { buffer in
        do throws(ImageError) {
          result = .success(try body(buffer))
        } catch { result = .failure(error) }
      }
    }
    return try result!.get()
  }
}

/// The encoder's bytes, or its failure as an error; frees the C buffer.
func take(
  _ output: codec_output, _ status: codec_status, name: String
) throws(ImageError) -> [UInt8] {
  guard status == CODEC_OK, let bytes = output.bytes else {
    let message = withUnsafeBytes(of: output.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    throw ImageError(name, .corrupt, "cannot be encoded (\(message))")
  }
  defer { codec_free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: output.count))
}

func writeFile(_ bytes: [UInt8], to path: String) throws(ImageError) {
  do throws(FileError) {
    try AtomicFile.write(bytes, to: path)
  } catch {
    throw ImageError(error)
  }
}
