/// One image at several timesteps, as the U-Net gets it.
struct NoiseLevels {
  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.noiseLevels
    guard let file = try data.file(.noiseLevels, model) else {
      return FigureKind.absent(kind.name, .noiseLevels, model, in: data)
    }
    let images = try file.pictures("images")
    guard let timesteps = try file.integers("timesteps", count: images.count), !images.isEmpty
    else {
      throw FigureError(
        .array,
        "\(file.path): expected images and as many timesteps, found \(images.count) images "
          + "and no timesteps")
    }
    let turns = try view.timesteps(of: timesteps, in: file)
    let cells = turns.map { turn -> PictureGrid.Cell? in
      PictureGrid.Cell(content: .picture(images[turn], isPhotograph: true))
    }
    let grid = PictureGrid(
      id: "noise", columns: turns.map { "t = \(timesteps[$0])" },
      rows: [PictureGrid.Row(label: "", cells: cells)], side: 80, gap: 6, labelWidth: 0)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Noise levels of \(name)",
        caption: "One image as the U-Net of \(name) gets it at several timesteps, decoded.",
        alternative:
          "One image at timesteps "
          + "\(turns.map { String(timesteps[$0]) }.joined(separator: ", ")).",
        sources: [file.source]))
  }
}

extension FigureKind {
  /// One image at several noise levels.
  public static let noiseLevels = FigureKind(
    name: "noise-levels", summary: "one image at several timesteps, as the U-Net gets it",
    maker: .each { data, model, view throws(FigureError) in
      try NoiseLevels.draft(from: data, model: model, view: view)
    })
}
