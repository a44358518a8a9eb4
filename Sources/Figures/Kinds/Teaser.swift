import Layers

/// The page's first figure: a column for each phenomenon, with example maps where there are any and
/// the curve over the layers below.
struct Teaser {
  /// A phenomenon: its heading, example cells and curve.
  private struct Column {
    var heading: String
    var panel: String
    var cells: [PictureGrid.Cell?] = []
    var note = ""
  }

  private let data: DataFolder
  private let model: String
  private var sources: [Figure.Source] = []

  private static let columnWidth = 180.0
  private static let gap = 15.0
  private static let cell = 42.0
  private static let chart = 92.0

  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
    var maker = Teaser(data: data, model: model)
    return try maker.draft()
  }

  private init(data: DataFolder, model: String) {
    self.data = data
    self.model = model
  }

  private mutating func draft() throws(FigureError) -> FigureDraft {
    let curves = try Quantitative.panels(from: data, model: model)
    let columns = [try position(), try corners(), try norms()].filter { column in
      column.cells.contains { $0 != nil } || curves.panels.contains { $0.id == column.panel }
    }
    guard !columns.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["teaser-\(model): left out: \(data.path) has none of its arrays"])
    }
    let hasCells = columns.contains { column in column.cells.contains { $0 != nil } }
    let top = hasCells ? 26 + Self.cell + 18 : 26.0
    var panels: [Panel] = []
    var labels: [Label] = []
    for (place, column) in columns.enumerated() {
      let left = 8 + Double(place) * (Self.columnWidth + Self.gap)
      labels.append(
        Label(column.heading, at: Point(left, 13), size: 11.5, alignment: .start))
      let grid = PictureGrid(
        id: "teaser-\(column.panel)", columns: column.cells.map { _ in "" },
        rows: [PictureGrid.Row(label: "", cells: column.cells)], side: Self.cell, gap: 4,
        labelWidth: 0)
      if !column.cells.isEmpty {
        let placed = grid.place(at: Point(left, 26))
        panels += placed.panels
        labels.append(
          Label(
            column.note, at: Point(left, 26 + Self.cell + 8), size: 7.5, alignment: .start,
            color: Color(0x555555)))
      }
      if let curve = curves.panels.first(where: { $0.id == column.panel }) {
        panels.append(Self.panel(curve, left: left, top: top))
      }
    }
    let hasCurves = !curves.panels.isEmpty
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        kind: FigureKind.teaser.name, model: model, models: [model],
        title: "Three phenomena in the representations of \(name)",
        caption: """
          What the tokens of \(name) carry besides the image: position that a linear probe can read, \
          corners that resemble each other whatever the image shows, and tokens of abnormally high \
          norm.
          """,
        alternative:
          "One column each for \(columns.map { $0.heading.lowercased() }.joined(separator: ", ")). "
          + curves.facts.joined(separator: " "),
        size: Size(
          16 + Double(columns.count) * (Self.columnWidth + Self.gap) - Self.gap,
          hasCurves ? top + Self.chart + 30 : top),
        panels: panels, labels: labels, sources: curves.sources + sources))
  }

  /// The curve in the column's lower part, blocks named under it.
  private static func panel(_ curve: LayerPanel, left: Double, top: Double) -> Panel {
    // Two of the four accuracies are enough here, and the legend must not hide them.
    let isAccuracy = curve.id == "accuracy"
    let marks = curve.marks.filter { mark in
      guard isAccuracy, case .curve(let line) = mark else { return true }
      return line.id == "accuracy-8x8" || line.id == "accuracy-64x64"
    }
    let ticks = LayerLayout.centers.map { Tick($0.value, $0.block.label) }
    return Panel(
      id: curve.id,
      frame: Rect(x: left + 38, y: top, width: columnWidth - 38, height: chart),
      x: Axis(LayerLayout.limits, ticks: ticks, side: .bottom, tickAngle: 90, tickSize: 7),
      y: Axis(
        curve.scale, ticks: curve.ticks, side: .left, label: curve.label, labelDistance: 31,
        tickSize: 8),
      marks: marks,
      legend: isAccuracy ? Legend([.lowerCenter, .upperLeft, .upperRight]) : curve.legend)
  }

  private mutating func position() throws(FigureError) -> Column {
    var column = Column(heading: "Positional embedding", panel: "accuracy")
    guard let file = try data.file(.similarityGrids, model) else { return column }
    let input = try SimilarityGrids.Input(file)
    guard let maps = input.maps.first(where: { $0.block == Layer(.up(0)) })?.maps,
      let colors = ColorScale(.viridis, spanning: maps.flatMap(\.values))
    else { return column }
    sources.append(file.source)
    let other = input.images.indices.first { !input.isReference($0) }
    for image in [input.reference[0], other].compactMap({ $0 }) {
      let map = maps[image]
      let side = input.reference[3]
      let isReference = input.isReference(image)
      column.cells += [
        PictureGrid.Cell(
          content: .picture(input.images[image], isPhotograph: true),
          marks: isReference ? [input.mark(columns: side, rows: side)] : []),
        PictureGrid.Cell(
          content: .map(map, colors),
          marks: isReference ? [input.mark(columns: map.columns, rows: map.rows)] : []),
      ]
    }
    column.note = "similarity to the outlined token (up0)"
    return column
  }

  private mutating func corners() throws(FigureError) -> Column {
    var column = Column(heading: "Corner artifacts", panel: "similarity")
    guard let file = try data.file(.cornerMaps, model) else { return column }
    let input = try CornerMaps.Input(file)
    guard let colors = ColorScale(.viridis, spanning: input.toFirst.flatMap(\.values)) else {
      return column
    }
    sources.append(file.source)
    for image in input.images.indices.prefix(2) {
      let map = input.toFirst[image]
      let corner = PictureGrid.Cell.Mark(column: 0, row: 0, columns: map.columns, rows: map.rows)
      column.cells += [
        PictureGrid.Cell(content: .picture(input.images[image], isPhotograph: true)),
        PictureGrid.Cell(content: .map(map, colors), marks: image == 0 ? [corner] : []),
      ]
    }
    column.note = "similarity to the first image\u{2019}s corner (mid)"
    return column
  }

  private mutating func norms() throws(FigureError) -> Column {
    var column = Column(heading: "High-norm anomalies", panel: "norm")
    guard let file = try data.file(.normTimesteps, model) else { return column }
    let input = try NormTimesteps.Input(file)
    guard let maps = input.norms.first(where: { $0.block == Layer(.up(1)) })?.maps else {
      return column
    }
    sources.append(file.source)
    let turn = input.timesteps.firstIndex(of: 50) ?? 0
    for image in input.images.indices.prefix(2) {
      let map = maps[image][turn]
      column.cells += [
        PictureGrid.Cell(content: .picture(input.images[image], isPhotograph: true)),
        ColorScale(.viridis, spanning: map.values).map {
          PictureGrid.Cell(content: .map(map, $0))
        },
      ]
    }
    column.note = "token norms (up1, t = \(input.timesteps[turn]))"
    return column
  }
}

extension FigureKind {
  /// One panel for each phenomenon.
  public static let teaser = FigureKind(
    name: "teaser", summary: "one column each for position, corners and high norms",
    maker: .each { data, model, _ throws(FigureError) in
      try Teaser.draft(from: data, model: model)
    })
}
