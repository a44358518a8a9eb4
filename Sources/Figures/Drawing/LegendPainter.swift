/// Draws a panel's legend into the corner where it hides least.
struct LegendPainter {
  let panel: Panel
  let font: FontFace

  private static let size = 8.5
  private static let lineHeight = 11.5
  private static let padding = 3.5
  private static let sampleWidth = 15.0
  private static let gap = 4.5
  private static let margin = 3.0

  private enum Sample {
    case line(Stroke)
    case patch(Color)
    case dot(Color)
  }

  /// Draws `legend` for the marks that have names.
  ///
  /// - Throws: ``FigureError`` where the font lacks a character.
  func paint<C: Canvas>(_ legend: Legend, on canvas: inout C) throws(FigureError) {
    let entries = panel.marks.compactMap(Self.entry)
    guard !entries.isEmpty else { return }
    var widest = 0.0
    for entry in entries {
      widest = max(widest, try font.width(of: entry.label, size: Self.size))
    }
    let box = place(
      Size(
        2 * Self.padding + Self.sampleWidth + Self.gap + widest,
        2 * Self.padding + Self.lineHeight * Double(entries.count) - 2), legend.corners)
    canvas.draw(
      Shape(
        Path(box), fill: Color.paper.opacity(0.85), stroke: Stroke(Color(0xCCCCCC), width: 0.8)))
    for (index, entry) in entries.enumerated() {
      let y = box.y + Self.padding + Self.lineHeight * (Double(index) + 0.5) - 1
      let x = box.x + Self.padding
      draw(entry.sample, x: x, y: y, on: &canvas)
      let at = Point(x + Self.sampleWidth + Self.gap, y)
      canvas.draw(try font.lay(Label(entry.label, at: at, size: Self.size, alignment: .start)))
    }
  }

  private static func entry(of mark: Mark) -> (label: String, sample: Sample)? {
    switch mark {
    case .curve(let curve): curve.label.map { ($0, .line(curve.stroke)) }
    case .dots(let dots): dots.label.map { ($0, .dot(dots.color)) }
    case .bars(let bars): bars.label.map { ($0, .patch(bars.color)) }
    default: nil
    }
  }

  private func draw<C: Canvas>(_ sample: Sample, x: Double, y: Double, on canvas: inout C) {
    let width = Self.sampleWidth
    switch sample {
    case .line(let stroke):
      canvas.draw(Shape(Path(from: Point(x, y), to: Point(x + width, y)), stroke: stroke))
    case .patch(let color):
      let rect = Rect(x: x, y: y - 3.5, width: width, height: 7)
      canvas.draw(Shape(Path(rect), fill: color))
    case .dot(let color):
      canvas.draw(Shape(Path(circle: Point(x + width / 2, y), radius: 2.5), fill: color))
    }
  }

  private func place(_ size: Size, _ corners: [Legend.Corner]) -> Rect {
    let marks = MarkPainter(panel: panel)
    let points = panel.marks.flatMap { mark -> [Point] in
      switch mark {
      case .curve(let curve):
        Self.withQuarters(zip(curve.x, curve.y).compactMap { marks.point($0, $1) })
      case .dots(let dots): zip(dots.x, dots.y).compactMap { marks.point($0, $1) }
      default: []
      }
    }
    let boxes = corners.map { box(size, in: $0) }
    let hidden = boxes.map { box in points.count { box.inset(by: -2).contains($0) } }
    let best = hidden.indices.min { hidden[$0] < hidden[$1] } ?? 0
    return boxes.isEmpty ? box(size, in: .upperRight) : boxes[best]
  }

  /// `points` and three more on each line between two of them: a line may cross a box that holds
  /// neither end.
  private static func withQuarters(_ points: [Point]) -> [Point] {
    zip(points, points.dropFirst()).reduce(into: points) { all, line in
      for share in [0.25, 0.5, 0.75] {
        all.append(
          Point(
            line.0.x + share * (line.1.x - line.0.x), line.0.y + share * (line.1.y - line.0.y)))
      }
    }
  }

  private func box(_ size: Size, in corner: Legend.Corner) -> Rect {
    let inner = panel.frame.inset(by: Self.margin)
    let isUpper = corner == .upperLeft || corner == .upperRight
    let x =
      switch corner {
      case .upperLeft, .lowerLeft: inner.x
      case .upperRight, .lowerRight: inner.maxX - size.width
      case .lowerCenter: inner.midX - size.width / 2
      }
    return Rect(
      x: x, y: isUpper ? inner.y : inner.maxY - size.height, width: size.width,
      height: size.height)
  }
}
