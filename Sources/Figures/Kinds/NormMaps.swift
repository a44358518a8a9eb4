import Layers
import Tensors

/// Mean norm at each position: a map for every block (rows) and model (columns).
///
/// Maps have a colour scale each, its ends written under them: norms of different blocks and models
/// differ by more than what a map shows.
struct NormMaps {
  /// One model's maps by block; a block that the model lacks has none.
  struct Column {
    var name: String
    var maps: [Layer: NDArray]
  }

  private static let blocks = Layer.blockOutputs

  static func draft(
    from data: DataFolder, models: [String], view: FigureView
  ) throws(FigureError) -> FigureDraft {
    var sources: [Figure.Source] = []
    var columns: [Column] = []
    for model in models.isEmpty ? data.models : models {
      var found = try data.file(.meanNormMaps, model)
      if found == nil { found = try data.file(.torchMeanNormMaps, model) }
      guard let file = found else { continue }
      sources.append(file.source)
      columns += try Self.columns(of: file, model: model)
    }
    if let thesis = try data.file(.torchMeanNormMaps, ModelName.thesisSet) {
      let own = columns.map(\.name)
      let more = try Self.columns(of: thesis, model: nil).filter { column in
        !own.contains { ModelName.match($0, column.name) }
          && (models.isEmpty || models.contains { ModelName.match($0, column.name) })
      }
      if !more.isEmpty { sources.append(thesis.source) }
      columns += more
    }
    columns.removeAll { $0.maps.isEmpty }
    guard !columns.isEmpty else {
      let wanted = models.isEmpty ? "" : " for \(models.joined(separator: ", "))"
      return FigureDraft(
        figure: nil,
        warnings: [
          "norm-maps: left out: \(data.path) has no mean_norm_maps_<model>.safetensors\(wanted)"
        ])
    }
    return FigureDraft(
      figure: figure(
        columns, view.blocks.isEmpty ? blocks : view.blocks, models: models, sources))
  }

  /// The columns of a file: dict block -> map of one model, or dict model -> dict block -> map.
  private static func columns(of file: DataFile, model: String?) throws(FigureError) -> [Column] {
    guard case .dict(let entries) = file.archive else {
      throw FigureError(
        .array, "\(file.path): expected a dict of maps, found \(DataFile.kind(of: file.archive))")
    }
    if let model, entries.contains(where: { $0.value.array != nil }) {
      return [try column(named: model, file.archive, in: file)]
    }
    var columns: [Column] = []
    for (name, maps) in entries {
      guard case .dict = maps else {
        throw FigureError(
          .array, "\(file.path): \(name): expected a dict of maps, found \(DataFile.kind(of: maps))"
        )
      }
      columns.append(try column(named: name, maps, in: file))
    }
    return columns
  }

  private static func column(
    named name: String, _ maps: Archive, in file: DataFile
  ) throws(FigureError) -> Column {
    var column = Column(name: name, maps: [:])
    for block in blocks {
      guard let value = maps[block.name] else { continue }
      let map = try file.array(value, named: "\(name)/\(block.name)", shape: [nil, nil])
      guard map.shape.allSatisfy({ (1...4096).contains($0) }) else {
        throw FigureError(
          .array,
          "\(file.path): \(name)/\(block.name): expected sides of 1 to 4096, found "
            + map.shape.map(String.init).joined(separator: " x "))
      }
      // A map without any number is as good as absent.
      if map.floats().contains(where: \.isFinite) { column.maps[block] = map }
    }
    return column
  }

  private static func figure(
    _ columns: [Column], _ blocks: [Layer], models: [String], _ sources: [Figure.Source]
  ) -> Figure {
    let grid = Grid(
      columns: columns.count, rows: blocks.count, cell: Size(64, 64), gap: Size(14, 17),
      margins: Grid.Margins(left: 36, top: 24, right: 56, bottom: 22))
    var panels: [Panel] = []
    var labels: [Label] = []
    for (x, column) in columns.enumerated() {
      let top = grid.frame(column: x, row: 0)
      labels.append(
        Label(ModelName.display(column.name), at: Point(top.midX, top.y - 11), size: 10))
      for (y, block) in blocks.enumerated() {
        let frame = grid.frame(column: x, row: y)
        guard let map = column.maps[block] else { continue }
        let values = map.floats()
        guard let colors = ColorScale(.yellowOrangeRed, spanning: values) else { continue }
        let id = "norms-\(ModelName.key(column.name))-\(block.block.label)"
        let heat = HeatMap(
          id: id, values: values, rows: map.shape[0], columns: map.shape[1], colors: colors)
        panels.append(
          Panel(
            id: id, frame: frame, rows: map.shape[0], columns: map.shape[1],
            marks: [.heatMap(heat)]))
        labels.append(
          Label(
            range(of: values), at: Point(frame.midX, frame.maxY + 7), size: 6.5,
            color: Color(0x555555)))
      }
    }
    for (y, block) in blocks.enumerated() {
      let frame = grid.frame(column: 0, row: y)
      labels.append(
        Label(block.block.label, at: Point(frame.x - 8, frame.midY), size: 10, alignment: .end))
    }
    let last = grid.frame(column: columns.count - 1, row: 0)
    panels.append(
      Panel(
        bar: "norm-bar",
        frame: Rect(
          x: last.maxX + 14, y: last.y, width: 8, height: blocks.count > 1 ? 145 : last.height),
        colors: ColorScale(.yellowOrangeRed, Scale(.linear, from: 0, to: 1)),
        ticks: [Tick(0, "min"), Tick(1, "max")]))
    let names = columns.map { ModelName.display($0.name) }.joined(separator: ", ")
    return Figure(
      kind: FigureKind.normMaps.name, model: nil, models: models.isEmpty ? [] : models,
      title: "Mean norm at each position of the blocks of \(names)",
      caption: """
        Mean norm of the tokens at each position, over images, at the end of each block (rows) of \
        \(names) (columns). Each map has its own colours; the numbers under it are its smallest and \
        largest mean norm. Blocks that a model lacks are left empty.
        """,
      alternative: "Heat maps of mean token norms, one for each block of \(names).",
      size: grid.size, panels: panels, labels: labels, sources: sources)
  }

  private static func range(of values: [Float]) -> String {
    let finite = values.filter(\.isFinite).map(Double.init)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    let places = high < 10 ? 2 : high < 100 ? 1 : 0
    return "\(Fixed.string(low, places: places)) \u{2013} \(Fixed.string(high, places: places))"
  }
}

extension FigureKind {
  /// Mean norm at each position, blocks by models.
  public static let normMaps = FigureKind(
    name: "norm-maps", summary: "mean token norm at each position, blocks by models",
    maker: .together { data, models, view throws(FigureError) in
      try NormMaps.draft(from: data, models: models, view: view)
    })
}
