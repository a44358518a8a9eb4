import CCairo

/// Draws into a PDF file's bytes.
enum PDFBackend {
  /// What the document's information dictionary says; ASCII without parentheses and backslashes
  /// stays readable in the file.
  struct Information {
    var title: String
    var subject: String
    var keywords: String
    var creator: String
  }

  private final class Sink {
    var bytes: [UInt8] = []
  }

  /// A one-page PDF of `size` points times `scale`, with the font embedded and no date.
  ///
  /// - Throws: ``FigureError`` where drawing fails.
  static func draw(
    size: Size, scale: Double, information: Information, font: FontFace,
    _ body: (inout CairoCanvas) throws(FigureError) -> Void
  ) throws(FigureError) -> [UInt8] {
    let sink = Sink()
    let append: cairo_write_func_t = { sink, data, count in
      Unmanaged<Sink>.fromOpaque(sink!).takeUnretainedValue().bytes
        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
      return CAIRO_STATUS_SUCCESS
    }
    guard
      let surface = cairo_pdf_surface_create_for_stream(
        append, Unmanaged.passUnretained(sink).toOpaque(), size.width * scale, size.height * scale)
    else { throw FigureError(.drawing, "Cairo could not start a PDF") }
    defer { cairo_surface_destroy(surface) }
    // 1.4 keeps the information dictionary out of compressed object streams.
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
    for (key, value) in [
      (CAIRO_PDF_METADATA_TITLE, information.title),
      (CAIRO_PDF_METADATA_SUBJECT, information.subject),
      (CAIRO_PDF_METADATA_KEYWORDS, information.keywords),
      (CAIRO_PDF_METADATA_CREATOR, information.creator),
      // Empty: left out, where Cairo would write the time of day.
      (CAIRO_PDF_METADATA_CREATE_DATE, ""),
    ] {
      cairo_pdf_surface_set_metadata(surface, key, value)
    }
    guard let context = cairo_create(surface) else {
      throw FigureError(.drawing, "Cairo could not draw on a PDF")
    }
    defer { cairo_destroy(context) }
    cairo_scale(context, scale, scale)
    var canvas = CairoCanvas(context: context, font: font, textMode: .glyphs, enlargesMaps: true)
    try body(&canvas)
    try CairoStatus.check(context)
    cairo_surface_finish(surface)
    try CairoStatus.check(cairo_surface_status(surface))
    return withExtendedLifetime(sink) { sink.bytes }
  }
}
