/// Writes SVG by hand: shapes with ids, exact decimals, text as outlines with the words beside them.
///
/// Text looks the same on a machine without the font, since glyphs are outlines; an invisible
/// `<text>` over each line can be selected, searched and read aloud.
struct SVGCanvas: Canvas {
  private let font: FontFace
  private let prefix: String
  private var body: [UInt8] = []
  private var glyphs: [UInt32] = []
  private var isKnown: Set<UInt32> = []
  private var clips = 0
  private var failure: FigureError?

  /// A canvas whose own ids (glyphs, clips) begin with `prefix`, so that two figures can stand in one
  /// document.
  init(font: FontFace, prefix: String) {
    self.font = font
    self.prefix = prefix
  }

  mutating func beginGroup(_ group: Group) {
    var attributes: [(String, String)] = []
    if let id = group.id { attributes.append(("id", id)) }
    attributes += group.facts.map { ("data-\($0.name)", $0.value) }
    if let clip = group.clip {
      clips += 1
      let name = "\(prefix)-clip-\(clips)"
      write("<clipPath id=\"\(name)\"><rect")
      write(rect: clip)
      write("/></clipPath>\n")
      attributes.append(("clip-path", "url(#\(name))"))
    }
    write("<g")
    for (name, value) in attributes { write(" \(name)=\"\(SVGText.attribute(value))\"") }
    write(">\n")
  }

  mutating func endGroup() { write("</g>\n") }

  mutating func draw(_ shape: Shape) {
    write("<path")
    if let id = shape.id { write(" id=\"\(SVGText.attribute(id))\"") }
    write(" d=\"")
    write(shape.path, places: 4)
    write("\"")
    write(" fill=\"\(shape.fill?.hex ?? "none")\"")
    if let fill = shape.fill, fill.alpha < 1 { write(" fill-opacity", fill.alpha) }
    if let stroke = shape.stroke {
      write(" stroke=\"\(stroke.color.hex)\"")
      write(" stroke-width", stroke.width)
      if stroke.color.alpha < 1 { write(" stroke-opacity", stroke.color.alpha) }
      if !stroke.dash.isEmpty {
        let dash = stroke.dash.map { Fixed.short($0, places: 3) }.joined(separator: " ")
        write(" stroke-dasharray=\"\(dash)\"")
      }
      if stroke.round { write(" stroke-linecap=\"round\" stroke-linejoin=\"round\"") }
    }
    write("/>\n")
  }

  mutating func draw(_ text: TextLine) {
    let scale = text.size / font.unitsPerEm
    write("<g fill=\"\(text.color.hex)\"")
    if text.color.alpha < 1 { write(" fill-opacity", text.color.alpha) }
    write(" transform=\"translate(")
    write(number: text.origin.x)
    write(" ")
    write(number: text.origin.y)
    write(")")
    if text.angle != 0 { write(" rotate(\(Fixed.short(-text.angle, places: 3)))") }
    write("\">")
    write("<g transform=\"scale(\(Fixed.string(scale, places: 8)) -")
    write("\(Fixed.string(scale, places: 8)))\" aria-hidden=\"true\">")
    for (glyph, offset) in zip(text.glyphs, text.offsets) {
      if isKnown.insert(glyph).inserted { glyphs.append(glyph) }
      guard !font.outline(of: glyph).steps.isEmpty else { continue }
      write("<use xlink:href=\"#\(prefix)-g\(glyph)\"")
      let units = Int((offset / scale).rounded())
      write(units == 0 ? "/>" : " x=\"\(units)\"/>")
    }
    write("</g><text fill-opacity=\"0\"")
    write(" font-size", text.size)
    if text.width > 0 { write(" textLength", text.width) }
    write(">\(SVGText.content(text.string))</text></g>\n")
  }

  mutating func draw(_ image: PlacedRaster) {
    do throws(FigureError) {
      let factor = image.isSmooth ? 1 : image.raster.enlargement
      let png = try PNGBackend.encode(image.raster, enlargedBy: factor)
      write("<image")
      if let id = image.id { write(" id=\"\(SVGText.attribute(id))\"") }
      write(rect: image.rect)
      write(" preserveAspectRatio=\"none\"")
      if !image.isSmooth { write(" style=\"image-rendering:pixelated\"") }
      write(" xlink:href=\"data:image/png;base64,")
      body.append(contentsOf: SVGText.base64(png))
      write("\"/>\n")
    } catch { failure = error }
  }

  /// The whole document.
  ///
  /// - Parameters:
  ///   - size: the drawing's size in points, also the view box.
  ///   - scale: what the printed size is times `size`.
  ///   - metadata: what goes into `<metadata>`, as text.
  /// - Throws: ``FigureError`` where a picture could not be embedded.
  consuming func document(
    size: Size, scale: Double, title: String, description: String, metadata: String
  ) throws(FigureError) -> [UInt8] {
    if let failure { throw failure }
    let (width, height) = (Fixed.short(size.width, places: 3), Fixed.short(size.height, places: 3))
    let shownWidth = Fixed.short(size.width * scale, places: 3)
    let shownHeight = Fixed.short(size.height * scale, places: 3)
    var head = SVGCanvas(font: font, prefix: prefix)
    head.write(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      version="1.1" width="\(shownWidth)pt" height="\(shownHeight)pt" \
      viewBox="0 0 \(width) \(height)" role="img" \
      aria-labelledby="\(prefix)-title \(prefix)-description" \
      font-family="'DejaVu Sans', sans-serif">
      <title id="\(prefix)-title">\(SVGText.content(title))</title>
      <desc id="\(prefix)-description">\(SVGText.content(description))</desc>
      <metadata id="\(prefix)-provenance">\(SVGText.content(metadata))</metadata>
      <defs>

      """)
    for glyph in glyphs {
      let outline = font.outline(of: glyph)
      guard !outline.steps.isEmpty else { continue }
      head.write("<path id=\"\(prefix)-g\(glyph)\" d=\"")
      head.write(outline, places: 0)
      head.write("\"/>\n")
    }
    head.write("</defs>\n<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>\n")
    return head.body + body + Array("</svg>\n".utf8)
  }

  private mutating func write(_ text: String) { body.append(contentsOf: text.utf8) }

  private mutating func write(_ attribute: String, _ value: Double) {
    write("\(attribute)=\"\(Fixed.short(value, places: 3))\"")
  }

  private mutating func write(number: Double, places: Int = 3) {
    Fixed.append(number, places: places, to: &body)
  }

  private mutating func write(rect: Rect) {
    write(" x", rect.x)
    write(" y", rect.y)
    write(" width", rect.width)
    write(" height", rect.height)
  }

  private mutating func write(_ path: Path, places: Int) {
    func add(_ letter: Character, _ points: [Point], to canvas: inout SVGCanvas) {
      if canvas.body.last != UInt8(ascii: "\"") { canvas.body.append(UInt8(ascii: " ")) }
      canvas.body.append(letter.asciiValue!)
      for point in points {
        canvas.body.append(UInt8(ascii: " "))
        canvas.write(number: point.x, places: places)
        canvas.body.append(UInt8(ascii: " "))
        canvas.write(number: point.y, places: places)
      }
    }
    for step in path.steps {
      switch step {
      case .move(let to): add("M", [to], to: &self)
      case .line(let to): add("L", [to], to: &self)
      case .quadratic(let control, let to): add("Q", [control, to], to: &self)
      case .cubic(let first, let second, let to): add("C", [first, second, to], to: &self)
      case .close: add("Z", [], to: &self)
      }
    }
  }
}
