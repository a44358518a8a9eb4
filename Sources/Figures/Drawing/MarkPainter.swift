/// Draws what a panel shows.
struct MarkPainter {
  let panel: Panel

  func paint<C: Canvas>(_ mark: Mark, on canvas: inout C) {
    switch mark {
    case .curve(let curve): paint(curve, on: &canvas)
    case .band(let band): paint(band, on: &canvas)
    case .rule(let rule): paint(rule, on: &canvas)
    case .heatMap(let map):
      let rect = map.extent.flatMap(rect(of:)) ?? panel.frame
      canvas.draw(
        PlacedRaster(raster: map.raster, rect: rect, isSmooth: false, id: map.id))
    case .picture(let picture):
      canvas.draw(
        PlacedRaster(
          raster: picture.raster, rect: panel.frame, isSmooth: picture.isPhotograph,
          id: picture.id))
    case .dots(let dots): paint(dots, on: &canvas)
    case .bars(let bars): paint(bars, on: &canvas)
    case .outline(let outline):
      guard let rect = rect(of: outline.extent) else { return }
      canvas.draw(Shape(Path(rect), stroke: outline.stroke, id: outline.id))
    }
  }

  /// The place of (x, y), or nil where either has none; far outside, the panel's third neighbour is
  /// as good as infinity and keeps coordinates small.
  func point(_ x: Double, _ y: Double) -> Point? {
    guard let across = panel.x.scale.position(of: x), let up = panel.y.scale.position(of: y) else {
      return nil
    }
    let frame = panel.frame
    return Point(
      frame.x + max(-3, min(4, across)) * frame.width,
      frame.maxY - max(-3, min(4, up)) * frame.height)
  }

  private func rect(of extent: Extent) -> Rect? {
    guard let first = point(extent.left, extent.top), let last = point(extent.right, extent.bottom)
    else { return nil }
    return Rect(
      x: min(first.x, last.x), y: min(first.y, last.y), width: abs(last.x - first.x),
      height: abs(last.y - first.y))
  }

  private func paint<C: Canvas>(_ curve: Curve, on canvas: inout C) {
    let places = zip(curve.x, curve.y).map { point($0, $1) }
    var path = Path()
    var isolated = Path()
    for (index, place) in places.enumerated() {
      guard let place else { continue }
      let follows = index > 0 && places[index - 1] != nil
      path.steps.append(follows ? .line(place) : .move(place))
      let isFollowed = index + 1 < places.count && places[index + 1] != nil
      if !follows && !isFollowed {
        isolated.appendCircle(place, radius: curve.stroke.width)
      }
    }
    canvas.draw(Shape(path, stroke: curve.stroke, id: curve.id))
    // A value between two gaps has no line to be seen by.
    if !isolated.steps.isEmpty { canvas.draw(Shape(isolated, fill: curve.stroke.color)) }
  }

  private func paint<C: Canvas>(_ band: Band, on canvas: inout C) {
    var path = Path()
    var run: [(lower: Point, upper: Point)] = []
    func close() {
      guard let first = run.first else { return }
      path.steps.append(.move(first.upper))
      path.steps += run.dropFirst().map { .line($0.upper) }
      path.steps += run.reversed().map { .line($0.lower) }
      path.steps.append(.close)
      run = []
    }
    for (x, edges) in zip(band.x, zip(band.lower, band.upper)) {
      // A lower edge at or below zero lies infinitely deep on a logarithmic axis.
      let lower =
        edges.0 <= 0 && panel.y.scale.kind != .linear ? Double.leastNormalMagnitude : edges.0
      if let low = point(x, lower), let high = point(x, edges.1) {
        run.append((low, high))
      } else {
        close()
      }
    }
    close()
    guard !path.steps.isEmpty else { return }
    canvas.draw(Shape(path, fill: band.color, id: band.id))
  }

  private func paint<C: Canvas>(_ rule: Rule, on canvas: inout C) {
    let frame = panel.frame
    switch rule.direction {
    case .horizontal:
      guard let up = panel.y.scale.position(of: rule.value), (0...1).contains(up) else { return }
      let y = frame.maxY - up * frame.height
      canvas.draw(
        Shape(Path(from: Point(frame.x, y), to: Point(frame.maxX, y)), stroke: rule.stroke))
    case .vertical:
      guard let across = panel.x.scale.position(of: rule.value), (0...1).contains(across) else {
        return
      }
      let x = frame.x + across * frame.width
      canvas.draw(
        Shape(Path(from: Point(x, frame.y), to: Point(x, frame.maxY)), stroke: rule.stroke))
    }
  }

  private func paint<C: Canvas>(_ dots: Dots, on canvas: inout C) {
    // Lines of no length with round ends: a third of the size of circles in a PDF.
    var path = Path()
    for (x, y) in zip(dots.x, dots.y) {
      guard let place = point(x, y) else { continue }
      path.steps += [.move(place), .line(place)]
    }
    let stroke = Stroke(dots.color, width: 2 * dots.radius, round: true)
    canvas.draw(Shape(path, stroke: stroke, id: dots.id))
  }

  private func paint<C: Canvas>(_ bars: Bars, on canvas: inout C) {
    var path = Path()
    let base = bars.areHorizontal ? panel.x.scale.start : panel.y.scale.start
    for (index, value) in bars.values.enumerated() where value > 0 {
      let (from, to) = (bars.edges[index], bars.edges[index + 1])
      let extent =
        bars.areHorizontal
        ? Extent(left: base, right: value, bottom: from, top: to)
        : Extent(left: from, right: to, bottom: base, top: value)
      if let rect = rect(of: extent) { path.steps += Path(rect).steps }
    }
    canvas.draw(Shape(path, fill: bars.color, id: bars.id))
  }
}
