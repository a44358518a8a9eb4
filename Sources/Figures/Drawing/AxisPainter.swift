/// Draws ticks, their labels and the axis's label.
struct AxisPainter {
  let frame: Rect
  let font: FontFace

  private static let tickLength = 3.5
  private static let tickGap = 3.0
  private static let labelSize = 10.0

  /// Draws `axis` on its side of the frame.
  ///
  /// - Throws: ``FigureError`` where the font lacks a character.
  func paint<C: Canvas>(_ axis: Axis, on canvas: inout C) throws(FigureError) {
    var marks = Path()
    for tick in axis.ticks {
      guard let place = axis.scale.position(of: tick.value), (-1e-9...1 + 1e-9).contains(place)
      else { continue }
      let (edge, outer) = ends(at: place, axis.side)
      marks.steps += Path(from: edge, to: outer).steps
      if !tick.label.isEmpty { canvas.draw(try font.lay(label(of: tick, outer, axis))) }
    }
    if !marks.steps.isEmpty { canvas.draw(Shape(marks, stroke: Stroke(.ink, width: 0.8))) }
    if !axis.label.isEmpty { canvas.draw(try font.lay(title(of: axis))) }
  }

  private func ends(at place: Double, _ side: Axis.Side) -> (edge: Point, outer: Point) {
    let (x, y) = (frame.x + place * frame.width, frame.maxY - place * frame.height)
    let length = Self.tickLength
    return switch side {
    case .left: (Point(frame.x, y), Point(frame.x - length, y))
    case .right: (Point(frame.maxX, y), Point(frame.maxX + length, y))
    case .bottom: (Point(x, frame.maxY), Point(x, frame.maxY + length))
    case .top: (Point(x, frame.y), Point(x, frame.y - length))
    }
  }

  private func label(of tick: Tick, _ outer: Point, _ axis: Axis) -> Label {
    let gap = Self.tickGap
    var label = Label(tick.label, at: outer, size: axis.tickSize)
    switch axis.side {
    case .left:
      label.at.x -= gap
      label.alignment = .end
    case .right:
      label.at.x += gap
      label.alignment = .start
    case .bottom:
      label.at.y += gap
      label.baseline = .top
    case .top:
      label.at.y -= gap
      label.baseline = .alphabetic
    }
    if axis.tickAngle == 90 {
      label.angle = 90
      label.baseline = .middle
      label.alignment = axis.side == .bottom ? .end : .start
    }
    return label
  }

  private func title(of axis: Axis) -> Label {
    let distance = axis.labelDistance
    let size = Self.labelSize
    return switch axis.side {
    case .left:
      Label(axis.label, at: Point(frame.x - distance, frame.midY), size: size, angle: 90)
    case .right:
      Label(axis.label, at: Point(frame.maxX + distance, frame.midY), size: size, angle: 90)
    case .bottom:
      Label(axis.label, at: Point(frame.midX, frame.maxY + distance), size: size)
    case .top:
      Label(axis.label, at: Point(frame.midX, frame.y - distance), size: size)
    }
  }
}
