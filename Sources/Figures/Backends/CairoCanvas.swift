import CCairo

/// Draws on a Cairo context: the common part of PNG and PDF.
struct CairoCanvas: Canvas {
  /// How text reaches the surface.
  enum TextMode {
    /// As filled outlines: exact at every resolution, where Cairo's own glyphs snap to pixels.
    case outlines
    /// As glyphs of an embedded font with their characters, so that a PDF can be searched.
    case glyphs
  }

  private let context: OpaquePointer
  private let font: FontFace
  private let textMode: TextMode
  private let enlargesMaps: Bool

  /// A canvas on `context`, whose units are points.
  init(context: OpaquePointer, font: FontFace, textMode: TextMode, enlargesMaps: Bool) {
    self.context = context
    self.font = font
    self.textMode = textMode
    self.enlargesMaps = enlargesMaps
    if textMode == .glyphs {
      let options = cairo_font_options_create()
      cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
      cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
      cairo_set_font_options(context, options)
      cairo_font_options_destroy(options)
      cairo_set_font_face(context, font.cairo)
    }
  }

  mutating func beginGroup(_ group: Group) {
    cairo_save(context)
    if let clip = group.clip {
      cairo_rectangle(context, clip.x, clip.y, clip.width, clip.height)
      cairo_clip(context)
    }
  }

  mutating func endGroup() { cairo_restore(context) }

  mutating func draw(_ shape: Shape) {
    trace(shape.path)
    if let fill = shape.fill {
      set(fill)
      if shape.stroke == nil { cairo_fill(context) } else { cairo_fill_preserve(context) }
    }
    if let stroke = shape.stroke {
      set(stroke.color)
      cairo_set_line_width(context, stroke.width)
      cairo_set_dash(context, stroke.dash, Int32(stroke.dash.count), 0)
      cairo_set_line_cap(context, stroke.round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
      cairo_set_line_join(context, stroke.round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
      cairo_stroke(context)
    }
    cairo_new_path(context)
  }

  mutating func draw(_ text: TextLine) {
    cairo_save(context)
    set(text.color)
    cairo_translate(context, text.origin.x, text.origin.y)
    if text.angle != 0 { cairo_rotate(context, -text.angle * .pi / 180) }
    switch textMode {
    case .outlines: fillOutlines(of: text)
    case .glyphs: showGlyphs(of: text)
    }
    cairo_restore(context)
  }

  mutating func draw(_ image: PlacedRaster) {
    let raster =
      enlargesMaps && !image.isSmooth
      ? image.raster.enlarged(by: image.raster.enlargement) : image.raster
    guard let surface = Self.surface(of: raster) else { return }
    defer { cairo_surface_destroy(surface) }
    cairo_save(context)
    cairo_translate(context, image.rect.x, image.rect.y)
    cairo_scale(
      context, image.rect.width / Double(raster.width), image.rect.height / Double(raster.height))
    cairo_set_source_surface(context, surface, 0, 0)
    let source = cairo_get_source(context)
    cairo_pattern_set_filter(source, image.isSmooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST)
    cairo_pattern_set_extend(source, CAIRO_EXTEND_PAD)
    cairo_rectangle(context, 0, 0, Double(raster.width), Double(raster.height))
    cairo_fill(context)
    cairo_restore(context)
  }

  private func set(_ color: Color) {
    cairo_set_source_rgba(
      context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255,
      color.alpha)
  }

  private func trace(_ path: Path) {
    cairo_new_path(context)
    var last = Point(0, 0)
    for step in path.steps {
      switch step {
      case .move(let to):
        cairo_move_to(context, to.x, to.y)
        last = to
      case .line(let to):
        cairo_line_to(context, to.x, to.y)
        last = to
      case .quadratic(let control, let to):
        // The cubic with the same curve: control points two thirds of the way to the quadratic's.
        cairo_curve_to(
          context, last.x + 2 / 3 * (control.x - last.x), last.y + 2 / 3 * (control.y - last.y),
          to.x + 2 / 3 * (control.x - to.x), to.y + 2 / 3 * (control.y - to.y), to.x, to.y)
        last = to
      case .cubic(let first, let second, let to):
        cairo_curve_to(context, first.x, first.y, second.x, second.y, to.x, to.y)
        last = to
      case .close:
        cairo_close_path(context)
      }
    }
  }

  private func fillOutlines(of text: TextLine) {
    let scale = text.size / font.unitsPerEm
    for (glyph, offset) in zip(text.glyphs, text.offsets) {
      let outline = font.outline(of: glyph)
      guard !outline.steps.isEmpty else { continue }
      cairo_save(context)
      cairo_translate(context, offset, 0)
      cairo_scale(context, scale, -scale)
      trace(outline)
      cairo_restore(context)
      cairo_fill(context)
    }
  }

  private func showGlyphs(of text: TextLine) {
    cairo_set_font_size(context, text.size)
    let glyphs = zip(text.glyphs, text.offsets).map { glyph, offset in
      cairo_glyph_t(index: UInt(glyph), x: offset, y: 0)
    }
    var clusters: [cairo_text_cluster_t]
    if text.angle.truncatingRemainder(dividingBy: 90) == 0 {
      clusters = text.string.unicodeScalars.map {
        cairo_text_cluster_t(num_bytes: Int32(UTF8.width($0)), num_glyphs: 1)
      }
    } else {
      // One cluster for the whole line, or readers break slanted text into letters.
      clusters = [
        cairo_text_cluster_t(
          num_bytes: Int32(text.string.utf8.count), num_glyphs: Int32(glyphs.count))
      ]
    }
    cairo_show_text_glyphs(
      context, text.string, Int32(text.string.utf8.count), glyphs, Int32(glyphs.count),
      &clusters, Int32(clusters.count), cairo_text_cluster_flags_t(0))
  }

  /// A Cairo image of its own memory: a PDF reads it only when the page is finished.
  private static func surface(of raster: Raster) -> OpaquePointer? {
    guard
      let surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, Int32(raster.width), Int32(raster.height)),
      let bytes = cairo_image_surface_get_data(surface)
    else { return nil }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for row in 0..<raster.height {
      let line = UnsafeMutableRawPointer(bytes + row * stride)
        .assumingMemoryBound(to: UInt32.self)
      for column in 0..<raster.width {
        let at = 3 * (row * raster.width + column)
        let (red, green) = (UInt32(raster.pixels[at]), UInt32(raster.pixels[at + 1]))
        line[column] = red << 16 | green << 8 | UInt32(raster.pixels[at + 2])
      }
    }
    cairo_surface_mark_dirty(surface)
    return surface
  }
}

extension UTF8 {
  fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0..<0x80: 1
    case 0x80..<0x800: 2
    case 0x800..<0x1_0000: 3
    default: 4
    }
  }
}
