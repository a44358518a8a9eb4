import Layers
import Tensors

/// Corner artifacts: mean similarity to the corner tokens per block, images' similarities to the
/// first one's corner, and every token's map in one map of maps.
struct CornerMaps {
  /// The arrays of `corner_maps_<model>.safetensors`; each may be missing.
  struct Input {
    /// By block: mean similarity of every token to the corner tokens, over images.
    var means: [(block: Layer, map: TokenMap)] = []
    var images: [Raster]
    /// For each image the similarities to the first image's upper left corner token.
    var toFirst: [TokenMap]
    /// For each position the similarities to the token there, row by row; `side * side` maps.
    var tiles: [TokenMap] = []

    /// Reads the file.
    ///
    /// - Throws: ``FigureError`` where an array is there but wrong.
    init(_ file: DataFile) throws(FigureError) {
      images = try file.pictures("images")
      toFirst = try file.maps("first/mid_block")
      if toFirst.count != images.count {
        throw FigureError(
          .array,
          "\(file.path): first/mid_block: expected a map for each of \(images.count) "
            + "images, found \(toFirst.count)")
      }
      for block in Layer.blockOutputs {
        if let map = try file.map("mean/\(block.name)"), map.hasValues {
          means.append((block, map))
        }
      }
      if let array = try file.array("tiles/mid_block", shape: [nil, nil, nil, nil]) {
        let side = array.shape[0]
        guard (1...16).contains(side), array.shape.allSatisfy({ $0 == side }) else {
          throw FigureError(
            .array,
            "\(file.path): tiles/mid_block: expected four equal sides of at most 16, found "
              + array.shape.map(String.init).joined(separator: " x "))
        }
        tiles = try file.maps("tiles/mid_block", turns: side).flatMap { $0 }
      }
    }
  }

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.cornerMaps
    guard let file = try data.file(.cornerMaps, model) else {
      return FigureKind.absent(kind.name, .cornerMaps, model, in: data)
    }
    var input = try Input(file)
    input.means = try view.blocks(of: input.means, in: file, \.block)
    let shown = try view.images(of: input.images.indices, first: 6, in: file)
    var figure = Figure(
      kind: kind.name, model: model, models: [model],
      title: "Corner artifacts in \(ModelName.display(model))",
      caption: caption(input, ModelName.display(model)),
      alternative: "Heat maps of cosine similarity to corner tokens of "
        + "\(ModelName.display(model)).",
      size: Size(0, 0), panels: [], labels: [], sources: [file.source])
    var stack = FigureStack(width: 588)
    if !input.means.isEmpty { stack.add(means(input), heading: "to the corners, mean over images") }
    if !input.images.isEmpty {
      stack.add(images(input, shown), heading: "mid, to the corner of the first image")
    }
    if input.tiles.contains(where: \.hasValues) {
      stack.add(tiles(input), heading: "mid, to the token at each position")
    }
    guard !stack.panels.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no values"])
    }
    (figure.size, figure.panels, figure.labels) = (stack.size, stack.panels, stack.labels)
    return FigureDraft(figure: figure)
  }

  private static func caption(_ input: Input, _ name: String) -> String {
    var parts: [String] = []
    if !input.means.isEmpty {
      parts.append("the mean similarity of every token to the corner tokens, block by block")
    }
    if !input.images.isEmpty {
      parts.append("images and, for mid, similarities to the first one's upper left corner token")
    }
    if !input.tiles.isEmpty {
      parts.append("for mid, a tile for each position with the similarities to the token there")
    }
    return "Cosine similarities in \(name): " + parts.joined(separator: "; ") + "."
  }

  private static func means(_ input: Input) -> PictureGrid {
    let colors = ColorScale(.viridis, spanning: input.means.flatMap(\.map.values))
    let cells = input.means.map { entry in
      colors.map { PictureGrid.Cell(content: .map(entry.map, $0)) }
    }
    return PictureGrid(
      id: "mean", columns: input.means.map(\.block.block.label),
      rows: [PictureGrid.Row(label: "", cells: cells, bar: colors)], side: 42, gap: 4,
      labelWidth: 0)
  }

  private static func images(_ input: Input, _ shown: [Int]) -> PictureGrid {
    let colors = ColorScale(.viridis, spanning: input.toFirst.flatMap(\.values))
    let pictures = shown.map { image -> PictureGrid.Cell? in
      PictureGrid.Cell(content: .picture(input.images[image], isPhotograph: true))
    }
    let maps = shown.map { image -> PictureGrid.Cell? in
      guard let colors else { return nil }
      let map = input.toFirst[image]
      let corner = PictureGrid.Cell.Mark(column: 0, row: 0, columns: map.columns, rows: map.rows)
      return PictureGrid.Cell(content: .map(map, colors), marks: image == 0 ? [corner] : [])
    }
    return PictureGrid(
      id: "first", columns: shown.map { _ in "" },
      rows: [
        PictureGrid.Row(label: "images", cells: pictures),
        PictureGrid.Row(label: "similarity", cells: maps, bar: colors),
      ], side: 66, gap: 6, labelWidth: 60)
  }

  private static func tiles(_ input: Input) -> PictureGrid {
    let side = Int(Double(input.tiles.count).squareRoot())
    let colors = ColorScale(.viridis, spanning: input.tiles.flatMap(\.values))
    let rows = (0..<side).map { y in
      PictureGrid.Row(
        label: "\(y)",
        cells: (0..<side).map { x in
          colors.map { PictureGrid.Cell(content: .map(input.tiles[y * side + x], $0)) }
        },
        bar: y == 0 ? colors : nil)
    }
    return PictureGrid(
      id: "tile", columns: (0..<side).map { "\($0)" }, rows: rows, side: 38, gap: 4,
      labelWidth: 22)
  }
}

/// Grids one under another, each with a heading, centred in a width.
struct FigureStack {
  let width: Double
  private(set) var panels: [Panel] = []
  private(set) var labels: [Label] = []
  private var bottom = 4.0

  private static let margin = 6.0

  init(width: Double) { self.width = width }

  /// The size of everything so far.
  var size: Size { Size(width, bottom + Self.margin) }

  /// Adds `grid` below what is there.
  mutating func add(_ grid: PictureGrid, heading: String) {
    labels.append(
      Label(heading, at: Point(Self.margin, bottom + 10), size: 10.5, alignment: .start))
    let left = max(Self.margin, (width - grid.size.width) / 2)
    let placed = grid.place(at: Point(left, bottom + 20))
    panels += placed.panels
    labels += placed.labels
    bottom += 20 + grid.size.height + 12
  }
}

extension FigureKind {
  /// Similarities to corner tokens.
  public static let cornerMaps = FigureKind(
    name: "corner-maps", summary: "similarity to corner tokens: per block, per image, map of maps",
    maker: .each { data, model, view throws(FigureError) in
      try CornerMaps.draft(from: data, model: model, view: view)
    })
}
