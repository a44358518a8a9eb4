/// One image at several timesteps, as the U-Net gets it.
struct NoiseLevels {
  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
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
    let cells = images.map { image -> PictureGrid.Cell? in
      PictureGrid.Cell(content: .picture(image, isPhotograph: true))
    }
    let grid = PictureGrid(
      id: "noise", columns: timesteps.map { "t = \($0)" },
      rows: [PictureGrid.Row(label: "", cells: cells)], side: 80, gap: 6, labelWidth: 0)
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Noise levels of \(name)",
        caption: "One image as the U-Net of \(name) gets it at several timesteps, decoded.",
        alternative:
          "One image at timesteps \(timesteps.map(String.init).joined(separator: ", ")), "
          + "with more noise at each.",
        sources: [file.source]))
  }
}

extension FigureKind {
  /// One image at several noise levels.
  public static let noiseLevels = FigureKind(
    name: "noise-levels", summary: "one image at several timesteps, as the U-Net gets it",
    maker: .each { data, model throws(FigureError) in
      try NoiseLevels.draft(from: data, model: model)
    })
}
