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

  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.normTimesteps
    guard let file = try data.file(.normTimesteps, model) else {
      return FigureKind.absent(kind.name, .normTimesteps, model, in: data)
    }
    let input = try Input(file)
    guard !input.norms.isEmpty, let image = input.images.first else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no values"])
    }
    let rows = input.norms.enumerated().map { place, entry in
      let maps = entry.maps[0]
      let colors = ColorScale(.viridis, spanning: maps.flatMap(\.values))
      let picture = PictureGrid.Cell(content: .picture(image, isPhotograph: true))
      return PictureGrid.Row(
        label: entry.block.block.label,
        cells: [place == 0 ? picture : nil]
          + maps.map { map in colors.map { PictureGrid.Cell(content: .map(map, $0)) } },
        bar: colors)
    }
    let grid = PictureGrid(
      id: "norm", columns: ["image"] + input.timesteps.map { "t = \($0)" }, rows: rows, side: 62,
      gap: 6, labelWidth: 32)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Token norms over timesteps in \(name)",
        caption: """
          Norm of every token of one image at the end of each block of \(name) (rows) and at several \
          timesteps (columns). Each row has one colour scale.
          """,
        alternative: "Heat maps of token norms in \(input.norms.count) blocks at "
          + "\(input.timesteps.count) timesteps.",
        sources: [file.source]))
  }
}

extension FigureKind {
  /// Token norms of an image over timesteps.
  public static let normTimesteps = FigureKind(
    name: "norm-timesteps", summary: "token norms of one image, blocks by timesteps",
    maker: .each { data, model throws(FigureError) in
      try NormTimesteps.draft(from: data, model: model)
    })
}
