/// One axis of a panel.
public struct Axis: Hashable, Sendable {
  /// The edge of the panel that ticks and label stand at.
  public enum Side: Sendable {
    case left
    case right
    case bottom
    case top
  }

  /// How values become places.
  public var scale: Scale
  /// The marks.
  public var ticks: [Tick]
  /// Where ticks and label stand.
  public var side: Side
  /// What the axis shows.
  public var label: String
  /// Points from the panel's edge to the middle of the label.
  public var labelDistance: Double
  /// Degrees that tick labels are turned by, 90 reading upwards.
  public var tickAngle: Double
  /// The size of tick labels in points.
  public var tickSize: Double

  /// An axis.
  public init(
    _ scale: Scale, ticks: [Tick] = [], side: Side, label: String = "", labelDistance: Double = 32,
    tickAngle: Double = 0, tickSize: Double = 9
  ) {
    self.scale = scale
    self.ticks = ticks
    self.side = side
    self.label = label
    self.labelDistance = labelDistance
    self.tickAngle = tickAngle
    self.tickSize = tickSize
  }
}

/// Names of a panel's curves and their colours.
public struct Legend: Hashable, Sendable {
  /// A place at the panel's edge.
  public enum Corner: CaseIterable, Sendable {
    case upperLeft
    case upperRight
    case lowerLeft
    case lowerRight
    case lowerCenter
  }
  /// Corners in the order of preference; the first that covers the fewest points is taken.
  public var corners: [Corner]

  /// A legend.
  public init(_ corners: [Corner]) { self.corners = corners }
}

/// A rectangle with axes and what it shows.
public struct Panel: Hashable, Sendable {
  /// Its name in the figure.
  public var id: String
  /// The plot's rectangle in points, without ticks and labels.
  public var frame: Rect
  /// Left to right.
  public var x: Axis
  /// Bottom to top.
  public var y: Axis
  /// What it shows, drawn in this order.
  public var marks: [Mark]
  /// Names of the marks; nil: none.
  public var legend: Legend?
  /// Whether a line is drawn around it.
  public var isFramed: Bool

  /// A panel.
  public init(
    id: String, frame: Rect, x: Axis, y: Axis, marks: [Mark], legend: Legend? = nil,
    isFramed: Bool = true
  ) {
    self.id = id
    self.frame = frame
    self.x = x
    self.y = y
    self.marks = marks
    self.legend = legend
    self.isFramed = isFramed
  }

  /// A panel without axes that one image fills, rows counted from the top.
  public init(id: String, frame: Rect, rows: Int, columns: Int, marks: [Mark]) {
    self.init(
      id: id, frame: frame,
      x: Axis(Scale(.linear, from: 0, to: Double(max(1, columns))), side: .bottom),
      y: Axis(Scale(.linear, from: Double(max(1, rows)), to: 0), side: .left),
      marks: marks, isFramed: false)
  }

  /// A colour bar, its values on the right.
  public init(
    bar id: String, frame: Rect, colors: ColorScale, ticks: [Tick], label: String = "",
    labelDistance: Double = 36
  ) {
    let scale = Scale(.linear, from: 0, to: 1)
    // 128 steps, so that the bar's colours are the map's own.
    let steps = (0..<128).map { Float(127 - $0) / 127 }
    let gradient = HeatMap(
      id: "\(id)-colors", values: steps, rows: 128, columns: 1,
      colors: ColorScale(colors.map, scale))
    self.init(
      id: id, frame: frame, x: Axis(scale, side: .bottom),
      y: Axis(
        colors.scale, ticks: ticks, side: .right, label: label, labelDistance: labelDistance),
      marks: [.heatMap(gradient)])
  }
}
