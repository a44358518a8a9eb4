import Layers

/// Token norms of one image over timesteps: blocks down, timesteps across, one colour scale a row.
struct NormTimesteps {
  /// The arrays of `norm_timesteps_<model>.safetensors`.
  struct Input {
    var images: [Raster]
    var timesteps: [Int]
    /// By block: for each image a map for each timestep.
    var norms: [(block: Layer, maps: [[TokenMap]])] = []

    /// Reads the file.
    ///
    /// - Throws: ``FigureError`` where an array is missing or does not fit the others.
    init(_ file: DataFile) throws(FigureError) {
      images = try file.pictures("images")
      guard let timesteps = try file.integers("timesteps"), !timesteps.isEmpty else {
        throw FigureError(.array, "\(file.path): timesteps: expected whole numbers, found none")
      }
      self.timesteps = timesteps
      for block in Layer.blockOutputs {
        let maps = try file.maps(block.name, turns: timesteps.count)
        guard maps.joined().contains(where: \.hasValues) else { continue }
        guard maps.count == images.count else {
          throw FigureError(
            .array,
            "\(file.path): \(block.name): expected maps for each of \(images.count) "
              + "images, found \(maps.count)")
        }
        norms.append((block, maps))
      }
    }
  }

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.normTimesteps
    guard let file = try data.file(.normTimesteps, model) else {
      return FigureKind.absent(kind.name, .normTimesteps, model, in: data)
    }
    let input = try Input(file)
    let norms = try view.blocks(of: input.norms, in: file, \.block)
    let turns = try view.timesteps(of: input.timesteps, in: file)
    let shown = try view.images(of: input.images.indices, first: 1, in: file)
    guard !norms.isEmpty, !shown.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no values"])
    }
    let rows = shown.flatMap { image in
      self.rows(norms, picture: input.images[image], image: image, turns: turns)
    }
    let grid = PictureGrid(
      id: "norm", columns: ["image"] + turns.map { "t = \(input.timesteps[$0])" }, rows: rows,
      side: 62,
      gap: 6, labelWidth: 32)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Token norms over timesteps in \(name)",
        caption: """
          Norm of every token of \(shown.count == 1 ? "one image" : "\(shown.count) images") at the end of \
          each block of \(name) (rows) and at several timesteps (columns). Each row has one colour scale.
          """,
        alternative: "Heat maps of token norms in \(norms.count) blocks at "
          + "\(turns.count) timesteps.",
        sources: [file.source]))
  }
}

extension NormTimesteps {
  /// One image's rows, a block each, beside its picture.
  private static func rows(
    _ norms: [(block: Layer, maps: [[TokenMap]])], picture: Raster, image: Int, turns: [Int]
  ) -> [PictureGrid.Row] {
    norms.enumerated().map { place, entry in
      let maps = turns.map { entry.maps[image][$0] }
      let colors = ColorScale(.viridis, spanning: maps.flatMap(\.values))
      let cell = PictureGrid.Cell(content: .picture(picture, isPhotograph: true))
      return PictureGrid.Row(
        label: entry.block.block.label,
        cells: [place == 0 ? cell : nil]
          + maps.map { map in colors.map { PictureGrid.Cell(content: .map(map, $0)) } },
        bar: colors)
    }
  }
}

extension FigureKind {
  /// Token norms of an image over timesteps.
  public static let normTimesteps = FigureKind(
    name: "norm-timesteps", summary: "token norms of one image, blocks by timesteps",
    maker: .each { data, model, view throws(FigureError) in
      try NormTimesteps.draft(from: data, model: model, view: view)
    })
}
