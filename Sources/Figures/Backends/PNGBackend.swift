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

  /// A small PNG of `raster`, for embedding into an SVG.
  ///
  /// - Throws: ``FigureError`` with what libpng said.
  static func encode(_ raster: Raster) throws(FigureError) -> [UInt8] {
    let palette = Palette(raster)
    let bytes = palette?.indices ?? raster.pixels
    var result: Result<[UInt8], FigureError> = .success([])
    bytes.withUnsafeBufferPointer { pixels in
      (palette?.colors ?? []).withUnsafeBufferPointer { colors in
        var image = figures_png()
        image.pixels = pixels.baseAddress
        image.stride = palette == nil ? 3 * raster.width : raster.width
        image.width = UInt32(raster.width)
        image.height = UInt32(raster.height)
        image.layout = palette == nil ? figures_pixels_rgb : figures_pixels_indexed
        image.palette = colors.baseAddress
        image.palette_count = Int32(colors.count / 3)
        image.level = 6
        result = Result { () throws(FigureError) in try encode(image, texts: []) }
      }
    }
    return try result.get()
  }

  /// The colours of a picture that has at most 256, and each pixel as a place among them.
  private struct Palette {
    var colors: [UInt8] = []
    var indices: [UInt8] = []

    init?(_ raster: Raster) {
      var places: [UInt32: UInt8] = [:]
      var last: (color: UInt32, place: UInt8)?
      indices.reserveCapacity(raster.width * raster.height)
      for at in stride(from: 0, to: raster.pixels.count, by: 3) {
        let channels = raster.pixels[at..<at + 3]
        let color = channels.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if let last, last.color == color {
          indices.append(last.place)
          continue
        }
        let place: UInt8
        if let known = places[color] {
          place = known
        } else {
          guard places.count < 256 else { return nil }
          place = UInt8(places.count)
          places[color] = place
          colors += channels
        }
        last = (color, place)
        indices.append(place)
      }
    }
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

/// Cairo's sticky errors as ours.
enum CairoStatus {
  /// Fails where anything drawn on `context` failed before.
  ///
  /// - Throws: ``FigureError`` with Cairo's message.
  static func check(_ context: OpaquePointer) throws(FigureError) {
    try check(cairo_status(context))
  }

  /// Fails unless `status` is success.
  ///
  /// - Throws: ``FigureError`` with Cairo's message.
  static func check(_ status: cairo_status_t) throws(FigureError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    throw FigureError(
      .drawing, "Cairo could not draw: \(String(cString: cairo_status_to_string(status)))")
  }
}
