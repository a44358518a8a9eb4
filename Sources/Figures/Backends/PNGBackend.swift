import CCairo
import CFigures

/// Draws into a PNG file's bytes: Cairo for the pixels, libpng for the file.
enum PNGBackend {
  /// zlib's level: beyond 3 the time grows faster than the file shrinks (traps: 20 ms against 41 ms
  /// for 452 against 392 kB).
  private static let level: Int32 = 3

  /// A PNG of `size` points times `scale`, at `dpi` pixels an inch, with uncompressed text chunks.
  ///
  /// - Throws: ``FigureError`` for a side of no pixel or of more than 32767 (Cairo's limit), and
  ///   where drawing fails.
  static func draw(
    size: Size, scale: Double, dpi: Int, texts: [(key: String, text: String)], font: FontFace,
    _ body: (inout CairoCanvas) throws(FigureError) -> Void
  ) throws(FigureError) -> [UInt8] {
    let factor = scale * Double(dpi) / 72
    let width = (size.width * factor).rounded()
    let height = (size.height * factor).rounded()
    guard (1...32_767).contains(width), (1...32_767).contains(height), width * height < 3e8 else {
      let sides = "\(Fixed.string(width, places: 0)) x \(Fixed.string(height, places: 0))"
      throw FigureError(
        .size,
        "a picture of \(sides) pixels is too large or too small: sides of 1 to 32767 and "
          + "at most 300 million pixels can be drawn; choose another --dpi or --width")
    }
    guard
      let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)),
      let context = cairo_create(surface)
    else { throw FigureError(.drawing, "Cairo could not make an image") }
    defer {
      cairo_destroy(context)
      cairo_surface_destroy(surface)
    }
    cairo_set_source_rgb(context, 1, 1, 1)
    cairo_paint(context)
    cairo_scale(context, factor, factor)
    var canvas = CairoCanvas(
      context: context, font: font, textMode: .outlines, enlargesMaps: false)
    try body(&canvas)
    try CairoStatus.check(context)
    cairo_surface_flush(surface)
    guard let pixels = cairo_image_surface_get_data(surface) else {
      throw FigureError(.drawing, "Cairo gave no pixels")
    }
    var image = figures_png()
    image.pixels = UnsafePointer(pixels)
    image.stride = Int(cairo_image_surface_get_stride(surface))
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.layout = figures_pixels_bgrx
    image.level = level
    image.pixels_per_metre = UInt32((Double(dpi) / 0.0254).rounded())
    return try encode(image, texts: texts)
  }

  /// A PNG of `raster`, every pixel made a square of `factor` by `factor`, for embedding into SVG;
  /// indexed where there are at most 256 colours.
  ///
  /// - Throws: ``FigureError`` with what libpng said.
  static func encode(_ raster: Raster, enlargedBy factor: Int) throws(FigureError) -> [UInt8] {
    let palette = Palette(raster)
    let channels = palette == nil ? 3 : 1
    let bytes = Raster.repeating(
      palette?.indices ?? raster.pixels, channels: channels, width: raster.width, factor: factor)
    var result: Result<[UInt8], FigureError> = .success([])
    bytes.withUnsafeBufferPointer { pixels in
      (palette?.colors ?? []).withUnsafeBufferPointer { colors in
        var image = figures_png()
        image.pixels = pixels.baseAddress
        image.stride = channels * raster.width * factor
        image.width = UInt32(raster.width * factor)
        image.height = UInt32(raster.height * factor)
        image.layout = palette == nil ? figures_pixels_rgb : figures_pixels_indexed
        image.palette = colors.baseAddress
        image.palette_count = Int32(colors.count / 3)
        image.level = 6
        result = Result { () throws(FigureError) in try encode(image, texts: []) }
      }
    }
    return try result.get()
  }

  private static func encode(
    _ image: figures_png, texts: [(key: String, text: String)]
  ) throws(FigureError) -> [UInt8] {
    // One buffer holds every string, ended by zeros, for the length of the call.
    var strings: [CChar] = []
    var starts: [(key: Int, text: Int)] = []
    for (key, text) in texts {
      starts.append((strings.count, strings.count + key.utf8.count + 1))
      strings += key.utf8CString + text.utf8CString
    }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: 256)
    let failed = strings.withUnsafeBufferPointer { strings in
      let chunks = starts.map {
        figures_png_text(key: strings.baseAddress! + $0.key, text: strings.baseAddress! + $0.text)
      }
      return chunks.withUnsafeBufferPointer { chunks in
        var image = image
        image.texts = chunks.baseAddress
        image.text_count = chunks.count
        return figures_png_encode(&image, &bytes, &count, &message)
      }
    }
    guard failed == 0, let bytes else {
      let text = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw FigureError(.drawing, "libpng could not write the picture: \(text)")
    }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
