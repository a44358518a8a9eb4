import Layers

/// Similarity of every token to one reference token: images by blocks.
struct SimilarityGrids {
  /// Pictures, the reference token and the maps of a model.
  struct Input {
    var images: [Raster]
    /// The reference token: image, column, row, and the side of the grid that they are counted in.
    var reference: [Int]
    /// Maps by block, one for each image.
    var maps: [(block: Layer, maps: [TokenMap])]

    /// Reads `similarity_grids_<model>.safetensors`.
    ///
    /// - Throws: ``FigureError`` where a key is missing or an array does not fit the others.
    init(_ file: DataFile) throws(FigureError) {
      images = try file.pictures("images")
      guard let reference = try file.integers("reference", count: 4),
        (1...DataFile.longestSide).contains(reference[3]),
        images.indices.contains(reference[0]), (0..<reference[3]).contains(reference[1]),
        (0..<reference[3]).contains(reference[2])
      else {
        throw FigureError(
          .array,
          "\(file.path): reference: expected [image, column, row, side] of a token of one "
            + "of the images, found something else")
      }
      self.reference = reference
      maps = []
      for block in Layer.blockOutputs {
        let found = try file.maps(block.name)
        guard found.contains(where: \.hasValues) else { continue }
        guard found.count == images.count else {
          throw FigureError(
            .array,
            "\(file.path): \(block.name): expected a map for each of \(images.count) "
              + "images, found \(found.count)")
        }
        maps.append((block, found))
      }
    }

    /// Refuses another reference token than the arrays' own.
    func require(
      _ wanted: FigureView.Reference?, in file: DataFile
    ) throws(FigureError) {
      guard let wanted else { return }
      let mine = FigureView.Reference(
        image: reference[0], column: reference[1], row: reference[2], side: reference[3])
      guard mine == wanted else {
        throw FigureError(
          .absent,
          "\(file.path): holds similarities to the token of image \(mine.image) at column "
            + "\(mine.column), row \(mine.row) of \(mine.side) only; for another one give "
            + "--representations")
      }
    }

    /// The reference token in a grid of `columns` by `rows`, as the thesis scales it.
    func mark(columns: Int, rows: Int) -> PictureGrid.Cell.Mark {
      PictureGrid.Cell.Mark(
        column: reference[1] * columns / reference[3], row: reference[2] * rows / reference[3],
        columns: columns, rows: rows)
    }

    /// Whether `image` holds the reference token.
    func isReference(_ image: Int) -> Bool { image == reference[0] }
  }

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.similarityGrids
    guard let file = try data.file(.similarityGrids, model) else {
      return FigureKind.absent(kind.name, .similarityGrids, model, in: data)
    }
    var input = try Input(file)
    input.maps = try view.blocks(of: input.maps, in: file, \.block)
    try input.require(view.reference, in: file)
    let shown = try view.images(of: input.images.indices, in: file)
    guard !input.maps.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no values"])
    }
    let scales = input.maps.map { ColorScale(.viridis, spanning: $0.maps.flatMap(\.values)) }
    let rows = shown.map { image in
      var picture = PictureGrid.Cell(content: .picture(input.images[image], isPhotograph: true))
      if input.isReference(image) {
        picture.marks = [input.mark(columns: input.reference[3], rows: input.reference[3])]
      }
      let cells = zip(input.maps, scales).map { entry, scale -> PictureGrid.Cell? in
        guard let scale else { return nil }
        let map = entry.maps[image]
        return PictureGrid.Cell(
          content: .map(map, scale),
          marks: input.isReference(image)
            ? [input.mark(columns: map.columns, rows: map.rows)] : [])
      }
      return PictureGrid.Row(label: "\(image + 1)", cells: [picture] + cells)
    }
    let grid = PictureGrid(
      id: "similarity", columns: ["image"] + input.maps.map(\.block.block.label), rows: rows,
      side: 50, gap: 4, labelWidth: 16)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Similarity to one token in the blocks of \(name)",
        caption: """
          Cosine similarity of every token to the outlined token of image \
          \(input.reference[0] + 1), at the end of each block of \(name). The colours of a block \
          run from its smallest to its largest similarity over all images.
          """,
        alternative:
          "\(shown.count) images in rows; beside each, heat maps of the similarity "
          + "of its tokens to one reference token in \(input.maps.count) blocks.",
        sources: [file.source]))
  }
}

extension Figure {
  /// A figure that one grid of pictures fills.
  init(
    _ grid: PictureGrid, kind: FigureKind, model: String, title: String, caption: String,
    alternative: String, sources: [Source]
  ) {
    let margin = 6.0
    let placed = grid.place(at: Point(margin, margin))
    self.init(
      kind: kind.name, model: model, models: [model], title: title, caption: caption,
      alternative: alternative,
      size: Size(grid.size.width + 2 * margin, grid.size.height + 2 * margin),
      panels: placed.panels, labels: placed.labels, sources: sources)
  }
}

extension FigureKind {
  /// Similarity to one reference token, images by blocks.
  public static let similarityGrids = FigureKind(
    name: "similarity-grids", summary: "similarity of tokens to one token, images by blocks",
    maker: .each { data, model, view throws(FigureError) in
      try SimilarityGrids.draft(from: data, model: model, view: view)
    })
}
