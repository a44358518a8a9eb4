/// What changes the bytes of a rendered figure besides its contents.
public struct RenderOptions: Hashable, Sendable {
  /// The figure's printed width in inches, nil for the figure's own; everything scales with it.
  public var width: Double?
  /// Pixels an inch, for PNG.
  public var dpi: Int
  /// The program's name and version, for the metadata.
  public var software: String

  /// Options; a printed width must be positive, ``Figure/rendered(as:options:)`` checks it.
  public init(width: Double? = nil, dpi: Int = 300, software: String = "unetlens") {
    self.width = width
    self.dpi = dpi
    self.software = software
  }
}

extension Figure {
  /// The figure as the bytes of a file.
  ///
  /// The same figure and options give the same bytes; PNG and PDF depend on the versions of Cairo and
  /// its libraries too, which their metadata record.
  ///
  /// - Throws: ``FigureError`` for a size out of range, a character that the font lacks, or a failure
  ///   of Cairo or libpng.
  public func rendered(
    as format: FigureFormat, options: RenderOptions = RenderOptions()
  ) throws(FigureError) -> [UInt8] {
    let width = options.width ?? size.width / 72
    guard width > 0.1, width <= 100 else {
      throw FigureError(
        .size, "a figure can be 0.1 to 100 inches wide, not \(Fixed.short(width, places: 3))")
    }
    guard (10...2400).contains(options.dpi) else {
      throw FigureError(.size, "a picture can have 10 to 2400 dpi, not \(options.dpi)")
    }
    let scale = width * 72 / size.width
    let provenance = Provenance(figure: self, format: format, options: options)
    return try FontFace.lend { (font) throws(FigureError) -> [UInt8] in
      let painter = FigurePainter(font: font)
      switch format {
      case .png:
        let texts = [
          (key: "Title", text: title), (key: "Description", text: alternative),
          (key: "Software", text: options.software), (key: "Provenance", text: provenance.json),
        ]
        return try PNGBackend.draw(
          size: size, scale: scale, dpi: options.dpi, texts: texts, font: font
        ) { (canvas) throws(FigureError) in try painter.paint(self, on: &canvas) }
      case .pdf:
        let information = PDFBackend.Information(
          title: title, subject: provenance.subject, keywords: provenance.json,
          creator: options.software)
        return try PDFBackend.draw(
          size: size, scale: scale, information: information, font: font
        ) { (canvas) throws(FigureError) in try painter.paint(self, on: &canvas) }
      case .svg:
        var canvas = SVGCanvas(font: font, prefix: stem)
        try painter.paint(self, on: &canvas)
        return try canvas.document(
          size: size, scale: scale, title: title, description: alternative,
          metadata: provenance.json)
      }
    }
  }

  /// The calls that draw the figure, for tests of layout.
  ///
  /// - Throws: ``FigureError`` where the font lacks a character.
  public func recorded() throws(FigureError) -> RecordingCanvas {
    try FontFace.lend { (font) throws(FigureError) -> RecordingCanvas in
      var canvas = RecordingCanvas()
      try FigurePainter(font: font).paint(self, on: &canvas)
      return canvas
    }
  }
}
