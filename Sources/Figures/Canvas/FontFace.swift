import CCairo
import CFigures
import Synchronization

/// The bundled font, opened by FreeType: advances and outlines in font units, and Cairo's handle.
///
/// Text is laid out from unhinted advances in font units, so that PNG at any resolution, PDF and SVG
/// agree exactly. No font of the machine is looked at.
final class FontFace: @unchecked Sendable {
  // Unchecked: FreeType's faces must not be used by two threads at once. A face is reached only
  // through `FontFace.lend`, which gives each caller its own.

  private let face: FT_Face
  /// How glyphs are loaded: in the font's units, and without the rotation that Cairo may have left
  /// on the face.
  private static let load = Int32(FT_LOAD_NO_SCALE | FT_LOAD_IGNORE_TRANSFORM)
  /// Cairo's handle on the same face.
  let cairo: OpaquePointer
  /// Font units in an em.
  let unitsPerEm: Double
  private var metrics: [UInt32: (glyph: UInt32, advance: Double)] = [:]
  private var outlines: [UInt32: Path] = [:]

  private init() throws(FigureError) {
    var library: FT_Library?
    var face: FT_Face?
    guard FT_Init_FreeType(&library) == 0, let library,
      FT_New_Memory_Face(
        library, figures_font_bytes(), FT_Long(figures_font_size()), 0, &face) == 0,
      let face
    else { throw FigureError(.drawing, "FreeType could not open the bundled font") }
    self.face = face
    unitsPerEm = Double(face.pointee.units_per_EM)
    guard let cairo = cairo_ft_font_face_create_for_ft_face(face, Int32(FT_LOAD_NO_HINTING)),
      cairo_font_face_status(cairo) == CAIRO_STATUS_SUCCESS
    else { throw FigureError(.drawing, "Cairo could not take the bundled font") }
    self.cairo = cairo
  }

  // Cairo's caches may outlive any surface, and a face that is freed before them crashes the
  // program. So faces are never freed, only lent: there are as many as threads that drew at once.
  private static let idle = Mutex<[FontFace]>([])

  /// Calls `body` with a face that nobody else uses meanwhile.
  ///
  /// - Throws: ``FigureError`` from opening the font or from `body`.
  static func lend<Result>(
    _ body: (FontFace) throws(FigureError) -> Result
  ) throws(FigureError) -> Result {
    let free = idle.withLock { $0.popLast() }
    let face: FontFace
    if let free { face = free } else { face = try FontFace() }
    defer { idle.withLock { $0.append(face) } }
    return try body(face)
  }

  /// The version of the FreeType in use, `2.12.1`.
  static func freeTypeVersion() -> String {
    var library: FT_Library?
    guard FT_Init_FreeType(&library) == 0, let library else { return "unknown" }
    defer { FT_Done_FreeType(library) }
    var (major, minor, patch): (FT_Int, FT_Int, FT_Int) = (0, 0, 0)
    FT_Library_Version(library, &major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Glyphs, their places and the length of `string` at `size` points.
  ///
  /// - Throws: ``FigureError`` naming the first character that the font lacks.
  func measure(
    _ string: String, size: Double
  ) throws(FigureError) -> (glyphs: [UInt32], offsets: [Double], width: Double) {
    var glyphs: [UInt32] = []
    var offsets: [Double] = []
    var units = 0.0
    for scalar in string.unicodeScalars {
      let (glyph, advance) = try metric(of: scalar, in: string)
      glyphs.append(glyph)
      offsets.append(units * size / unitsPerEm)
      units += advance
    }
    return (glyphs, offsets, units * size / unitsPerEm)
  }

  /// The length of `string` at `size` points.
  ///
  /// - Throws: ``FigureError`` naming the first character that the font lacks.
  func width(of string: String, size: Double) throws(FigureError) -> Double {
    try measure(string, size: size).width
  }

  private func metric(
    of scalar: Unicode.Scalar, in string: String
  ) throws(FigureError) -> (glyph: UInt32, advance: Double) {
    if let known = metrics[scalar.value] { return known }
    let glyph = FT_Get_Char_Index(face, FT_ULong(scalar.value))
    var advance: FT_Fixed = 0
    guard glyph != 0, FT_Get_Advance(face, glyph, Self.load, &advance) == 0 else {
      let code = String(scalar.value, radix: 16, uppercase: true)
      throw FigureError(
        .glyph, "the figures' font has no glyph for U+\(code), found in the text \"\(string)\"")
    }
    metrics[scalar.value] = (glyph, Double(advance))
    return (glyph, Double(advance))
  }

  /// The outline of `glyph` in font units, y upwards; empty for a blank.
  func outline(of glyph: UInt32) -> Path {
    if let known = outlines[glyph] { return known }
    let outline = loadOutline(of: glyph)
    outlines[glyph] = outline
    return outline
  }

  private func loadOutline(of glyph: UInt32) -> Path {
    guard FT_Load_Glyph(face, glyph, Self.load) == 0 else { return Path() }
    let slot = face.pointee.glyph!
    var path = Path()
    var functions = FT_Outline_Funcs()
    functions.move_to = { to, path in
      FontFace.append(.move(Point(to!)), to: path)
      return 0
    }
    functions.line_to = { to, path in
      FontFace.append(.line(Point(to!)), to: path)
      return 0
    }
    functions.conic_to = { control, to, path in
      FontFace.append(.quadratic(control: Point(control!), end: Point(to!)), to: path)
      return 0
    }
    functions.cubic_to = { first, second, to, path in
      FontFace.append(
        .cubic(first: Point(first!), second: Point(second!), end: Point(to!)), to: path)
      return 0
    }
    let failed = withUnsafeMutablePointer(to: &path) {
      FT_Outline_Decompose(&slot.pointee.outline, &functions, $0)
    }
    guard failed == 0 else { return Path() }
    if !path.steps.isEmpty { path.steps.append(.close) }
    return path
  }

  private static func append(_ step: Path.Step, to path: UnsafeMutableRawPointer?) {
    let path = path!.assumingMemoryBound(to: Path.self)
    if case .move = step, !path.pointee.steps.isEmpty { path.pointee.steps.append(.close) }
    path.pointee.steps.append(step)
  }
}

extension Point {
  fileprivate init(_ vector: UnsafePointer<FT_Vector>) {
    self.init(Double(vector.pointee.x), Double(vector.pointee.y))
  }
}
