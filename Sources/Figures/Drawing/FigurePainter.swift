/// Draws a figure's panels and labels on any canvas.
struct FigurePainter {
  let font: FontFace

  /// Draws all of `figure`.
  ///
  /// - Throws: ``FigureError`` where the font lacks a character.
  func paint<C: Canvas>(_ figure: Figure, on canvas: inout C) throws(FigureError) {
    for panel in figure.panels { try paint(panel, on: &canvas) }
    for label in figure.labels { canvas.draw(try font.lay(label)) }
  }

  private func paint<C: Canvas>(_ panel: Panel, on canvas: inout C) throws(FigureError) {
    canvas.beginGroup(Group(id: "panel-\(panel.id)", facts: Self.facts(of: panel)))
    canvas.beginGroup(Group(clip: panel.frame))
    let marks = MarkPainter(panel: panel)
    for mark in panel.marks { marks.paint(mark, on: &canvas) }
    canvas.endGroup()
    if panel.isFramed {
      canvas.draw(Shape(Path(panel.frame), stroke: Stroke(.ink, width: 0.8)))
    }
    let axes = AxisPainter(frame: panel.frame, font: font)
    try axes.paint(panel.x, on: &canvas)
    try axes.paint(panel.y, on: &canvas)
    if let legend = panel.legend {
      try LegendPainter(panel: panel, font: font).paint(legend, on: &canvas)
    }
    canvas.endGroup()
  }

  /// What lets a reader of the SVG map every path back to its values.
  private static func facts(of panel: Panel) -> [Group.Fact] {
    func fact(_ name: String, _ numbers: [Double]) -> Group.Fact {
      Group.Fact(name: name, value: numbers.map { "\($0)" }.joined(separator: " "))
    }
    let frame = panel.frame
    return [
      fact("frame", [frame.x, frame.y, frame.width, frame.height]),
      Group.Fact(name: "x-scale", value: panel.x.scale.kind.rawValue),
      fact("x-limits", [panel.x.scale.start, panel.x.scale.end]),
      Group.Fact(name: "y-scale", value: panel.y.scale.kind.rawValue),
      fact("y-limits", [panel.y.scale.start, panel.y.scale.end]),
    ]
  }
}
