/// A place on a figure in points (1/72 inch) from its upper left corner, y downwards.
public struct Point: Hashable, Sendable {
  /// Points from the left edge.
  public var x: Double
  /// Points from the top edge.
  public var y: Double

  /// The point (x, y).
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Width and height in points.
public struct Size: Hashable, Sendable {
  /// Points from left to right.
  public var width: Double
  /// Points from top to bottom.
  public var height: Double

  /// A size of `width` by `height` points.
  public init(_ width: Double, _ height: Double) {
    self.width = width
    self.height = height
  }
}

/// An upright rectangle in points.
public struct Rect: Hashable, Sendable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// Points from left to right.
  public var width: Double
  /// Points from top to bottom.
  public var height: Double

  /// A rectangle from its upper left corner and size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  public var maxX: Double { x + width }
  /// The lower edge.
  public var maxY: Double { y + height }
  /// The middle from left to right.
  public var midX: Double { x + width / 2 }
  /// The middle from top to bottom.
  public var midY: Double { y + height / 2 }

  /// Whether `point` lies inside or on the edge.
  public func contains(_ point: Point) -> Bool {
    point.x >= x && point.x <= maxX && point.y >= y && point.y <= maxY
  }

  /// The rectangle with every edge moved inwards by `distance`.
  public func inset(by distance: Double) -> Rect {
    Rect(
      x: x + distance, y: y + distance, width: width - 2 * distance, height: height - 2 * distance)
  }
}

/// Lines and curves to be filled or stroked.
public struct Path: Hashable, Sendable {
  /// One step of a path.
  public enum Step: Hashable, Sendable {
    case move(Point)
    case line(Point)
    case quadratic(control: Point, end: Point)
    case cubic(first: Point, second: Point, end: Point)
    case close
  }

  /// The steps in order.
  public var steps: [Step]

  /// A path of the given steps.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// A straight line.
  public init(from start: Point, to end: Point) { steps = [.move(start), .line(end)] }

  /// The outline of a rectangle.
  public init(_ rect: Rect) {
    steps = [
      .move(Point(rect.x, rect.y)), .line(Point(rect.maxX, rect.y)),
      .line(Point(rect.maxX, rect.maxY)), .line(Point(rect.x, rect.maxY)), .close,
    ]
  }

  /// A circle of four cubic arcs (their usual constant, off by less than 0.03 % of the radius).
  public init(circle center: Point, radius: Double) {
    steps = []
    appendCircle(center, radius: radius)
  }

  /// Adds a circle to the path.
  public mutating func appendCircle(_ center: Point, radius r: Double) {
    let k = 0.552_284_749_83 * r
    let (x, y) = (center.x, center.y)
    steps += [
      .move(Point(x + r, y)),
      .cubic(first: Point(x + r, y + k), second: Point(x + k, y + r), end: Point(x, y + r)),
      .cubic(first: Point(x - k, y + r), second: Point(x - r, y + k), end: Point(x - r, y)),
      .cubic(first: Point(x - r, y - k), second: Point(x - k, y - r), end: Point(x, y - r)),
      .cubic(first: Point(x + k, y - r), second: Point(x + r, y - k), end: Point(x + r, y)),
      .close,
    ]
  }
}
