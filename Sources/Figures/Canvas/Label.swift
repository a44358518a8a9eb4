/// A line of text placed by an anchor, before it is laid out.
public struct Label: Hashable, Sendable {
  /// Which part of the text lies at the anchor, along the line.
  public enum Alignment: Sendable {
    case start
    case center
    case end
  }
  /// Which part of the text lies at the anchor, across the line.
  public enum Baseline: Sendable {
    /// The line that letters stand on.
    case alphabetic
    /// Half the height of a digit above the baseline.
    case middle
    /// The top of a capital letter.
    case top
  }

  /// The text, one line.
  public var text: String
  /// The anchor.
  public var at: Point
  /// The font's size in points.
  public var size: Double
  /// What lies at the anchor along the line.
  public var alignment: Alignment
  /// What lies at the anchor across the line.
  public var baseline: Baseline
  /// Degrees counter-clockwise around the anchor; 90 reads upwards.
  public var angle: Double
  /// The colour.
  public var color: Color

  /// A label.
  public init(
    _ text: String, at: Point, size: Double = 9, alignment: Alignment = .center,
    baseline: Baseline = .middle, angle: Double = 0, color: Color = .ink
  ) {
    self.text = text
    self.at = at
    self.size = size
    self.alignment = alignment
    self.baseline = baseline
    self.angle = angle
    self.color = color
  }
}

extension FontFace {
  /// The height of a capital letter in ems (DejaVu Sans: 1493 of 2048 units).
  static let capHeight = 1493.0 / 2048

  /// Lays out `label`.
  ///
  /// - Throws: ``FigureError`` naming the first character that the font lacks.
  func lay(_ label: Label) throws(FigureError) -> TextLine {
    let (glyphs, offsets, width) = try measure(label.text, size: label.size)
    let along =
      switch label.alignment {
      case .start: 0.0
      case .center: -width / 2
      case .end: -width
      }
    let across =
      switch label.baseline {
      case .alphabetic: 0.0
      case .middle: label.size * Self.capHeight / 2
      case .top: label.size * Self.capHeight
      }
    let (sine, cosine) = Self.direction(label.angle)
    let origin = Point(
      label.at.x + along * cosine + across * sine, label.at.y - along * sine + across * cosine)
    return TextLine(
      string: label.text, glyphs: glyphs, offsets: offsets, width: width, size: label.size,
      origin: origin, angle: label.angle, color: label.color)
  }
}
