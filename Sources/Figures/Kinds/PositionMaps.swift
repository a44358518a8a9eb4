import Layers
import Tensors

/// What a linear probe takes each token's position to be, as colours: rows of maps, blocks across.
///
/// Above, every token in the colour of its predicted position; below, every token at its predicted
/// place in the colour of its true one.
struct PositionMaps {
  /// A block's predictions for the tokens of one or more images.
  struct Block {
    var block: Layer
    var rows: Int
    var columns: Int
    /// Predicted (row, column) of every token, image by image, row-major.
    var predictions: [(row: Int, column: Int)]
  }

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.positionMaps
    guard let file = try data.file(.positionMaps, model) else {
      return FigureKind.absent(kind.name, .positionMaps, model, in: data)
    }
    let blocks = try view.blocks(of: read(file), in: file, \.block)
    guard !blocks.isEmpty else {
      return FigureDraft(
        figure: nil,
        warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no predictions"])
    }
    let first = blocks[0]
    let key = PictureGrid.Cell(
      content: .picture(truth(first.rows, first.columns), isPhotograph: false))
    let predicted = blocks.map { block -> PictureGrid.Cell? in
      PictureGrid.Cell(content: .picture(colors(of: block), isPhotograph: false))
    }
    let placed = blocks.map { block -> PictureGrid.Cell? in
      PictureGrid.Cell(content: .picture(places(of: block), isPhotograph: false))
    }
    let grid = PictureGrid(
      id: "position", columns: ["true"] + blocks.map(\.block.block.label),
      rows: [
        PictureGrid.Row(label: "predicted", cells: [key] + predicted),
        PictureGrid.Row(label: "placed", cells: [nil] + placed),
      ], side: 50, gap: 4, labelWidth: 56)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Positions read from tokens of \(name)",
        caption: """
          Position that a linear probe predicts for every token at the end of each block of \
          \(name). Above: every token of one image in the colour of its predicted position (the \
          true colours at the left). Below: every token drawn at its predicted place in the colour \
          of its true one; places that were never predicted stay white.
          """,
        alternative: "Colour maps of predicted token positions in \(blocks.count) blocks.",
        sources: [file.source]))
  }

  private static func read(_ file: DataFile) throws(FigureError) -> [Block] {
    var blocks: [Block] = []
    for layer in Layer.blockOutputs {
      guard let array = try file.array(layer.name, shape: [nil, nil, nil, 2]) else { continue }
      let (rows, columns) = (array.shape[1], array.shape[2])
      try file.check(sides: [rows, columns], layer.name)
      guard let values = array.int64s(),
        values.indices.allSatisfy({ values[$0] >= 0 && values[$0] < ($0 % 2 == 0 ? rows : columns) }
        )
      else {
        throw FigureError(
          .array,
          "\(file.path): \(layer.name): expected rows below \(rows) and columns below "
            + "\(columns), found others")
      }
      guard !values.isEmpty else { continue }
      let predictions = stride(from: 0, to: values.count, by: 2).map {
        (row: Int(values[$0]), column: Int(values[$0 + 1]))
      }
      blocks.append(Block(block: layer, rows: rows, columns: columns, predictions: predictions))
    }
    return blocks
  }

  /// The colour of a place: four corner colours that all eyes tell apart (Okabe and Ito's blue,
  /// orange, and pale and dark), mixed in between.
  static func color(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int) -> Color {
    let across = columns > 1 ? Double(column) / Double(columns - 1) : 0.5
    let down = rows > 1 ? Double(row) / Double(rows - 1) : 0.5
    let top = ColorMap.mix(Color(0x56B4E9), Color(0xF8F0C0), across)
    let bottom = ColorMap.mix(Color(0x102A5C), Color(0xD55E00), across)
    return ColorMap.mix(top, bottom, down)
  }

  private static func truth(_ rows: Int, _ columns: Int) -> Raster {
    raster(rows, columns) { color($0, $1, rows, columns) }
  }

  private static func colors(of block: Block) -> Raster {
    raster(block.rows, block.columns) { row, column in
      let place = block.predictions[row * block.columns + column]
      return color(place.row, place.column, block.rows, block.columns)
    }
  }

  /// Each predicted cell parted among up to 16 of the tokens predicted there.
  private static func places(of block: Block) -> Raster {
    let parts = 4
    var guests = [[Color]](repeating: [], count: block.rows * block.columns)
    for (token, place) in block.predictions.enumerated() {
      let position = token % (block.rows * block.columns)
      guests[place.row * block.columns + place.column].append(
        color(position / block.columns, position % block.columns, block.rows, block.columns))
    }
    return raster(block.rows * parts, block.columns * parts) { row, column in
      let tokens = guests[row / parts * block.columns + column / parts]
      guard !tokens.isEmpty else { return .paper }
      let side = tokens.count == 1 ? 1 : tokens.count <= 4 ? 2 : 4
      let part = (row % parts * side / parts) * side + column % parts * side / parts
      // Fewer tokens than parts: they take turns; more: evenly spread ones are shown.
      let count = side * side
      let token = tokens.count < count ? part % tokens.count : part * tokens.count / count
      return tokens[token]
    }
  }

  private static func raster(
    _ rows: Int, _ columns: Int, _ color: (Int, Int) -> Color
  ) -> Raster {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let color = color(row, column)
        pixels += [color.red, color.green, color.blue]
      }
    }
    return Raster(width: columns, height: rows, pixels: pixels)
  }
}

extension FigureKind {
  /// Predicted positions as colours.
  public static let positionMaps = FigureKind(
    name: "position-maps", summary: "predicted position of every token as a colour, block by block",
    maker: .each { data, model, view throws(FigureError) in
      try PositionMaps.draft(from: data, model: model, view: view)
    })
}
