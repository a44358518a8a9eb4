import Layers
import Tensors

/// Views of one block's tokens: image, clusters, norms, first three principal components.
struct FeatureViews {
  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.featureViews
    guard let file = try data.file(.featureViews, model) else {
      return FigureKind.absent(kind.name, .featureViews, model, in: data)
    }
    let images = try file.pictures("images")
    let there = Layer.blockOutputs.filter { file.archive["\($0.name)/norms"] != nil }
    guard let usual = there.first(where: { $0 == Layer(.up(1)) }) ?? there.first else {
      throw FigureError(
        .array,
        "\(file.path): expected <block>/norms, <block>/clusters and <block>/components of "
          + "one of the 11 blocks, found none")
    }
    let blocks = view.blocks.isEmpty ? [usual] : try view.blocks(of: there, in: file) { $0 }
    let shown = try view.images(of: images.indices, in: file)
    var rows: [PictureGrid.Row] = []
    for block in blocks {
      let views = try Views(block, file, images: images.count)
      rows += shown.enumerated().map { place, image in
        views.row(
          image, picture: images[image],
          label: blocks.count > 1
            ? place == 0 ? block.block.label : "" : shown.count > 1 ? "\(image + 1)" : "")
      }
    }
    let grid = PictureGrid(
      id: "view", columns: ["image", "k-means", "norms", "top 3 PCs"], rows: rows, side: 104,
      gap: 8, labelWidth: blocks.count > 1 ? 34 : shown.count > 1 ? 18 : 0)
    let name = ModelName.display(model)
    let names = blocks.map(\.block.label).joined(separator: ", ")
    return FigureDraft(
      figure: Figure(
        grid, kind: kind, model: model, title: "Views of the tokens of \(names) in \(name)",
        caption: """
          Tokens at the end of \(names) of \(name): k-means clusters, norms, and the \
          first three principal components as red, green and blue, scaled together.
          """,
        alternative: "Images with maps of their tokens' clusters, norms and principal components.",
        sources: [file.source]))
  }

  /// What one block gives of all images.
  private struct Views {
    let norms: [TokenMap]
    let clusters: [TokenMap]
    let components: [Raster]
    let groups: ColorScale?

    init(_ block: Layer, _ file: DataFile, images: Int) throws(FigureError) {
      norms = try file.maps("\(block.name)/norms")
      clusters = try file.maps("\(block.name)/clusters")
      components = try FeatureViews.components("\(block.name)/components", file)
      groups = ColorScale(.viridis, spanning: clusters.flatMap(\.values))
      for (name, count) in [
        ("norms", norms.count), ("clusters", clusters.count), ("components", components.count),
      ] where count != images {
        throw FigureError(
          .array,
          "\(file.path): \(block.name)/\(name): expected one for each of \(images) images, "
            + "found \(count)")
      }
    }

    func row(_ image: Int, picture: Raster, label: String) -> PictureGrid.Row {
      PictureGrid.Row(
        label: label,
        cells: [
          PictureGrid.Cell(content: .picture(picture, isPhotograph: true)),
          groups.map { PictureGrid.Cell(content: .map(clusters[image], $0)) },
          ColorScale(.viridis, spanning: norms[image].values).map {
            PictureGrid.Cell(content: .map(norms[image], $0))
          },
          PictureGrid.Cell(content: .picture(components[image], isPhotograph: false)),
        ])
    }
  }

  /// Pictures of three components a token, scaled together to 0…1 for each image.
  private static func components(
    _ key: String, _ file: DataFile
  ) throws(FigureError) -> [Raster] {
    guard let array = try file.array(key, shape: [nil, nil, nil, 3]) else { return [] }
    let (rows, columns) = (array.shape[1], array.shape[2])
    try file.check(sides: [rows, columns], key)
    let values = array.floats()
    let size = 3 * rows * columns
    return (0..<array.shape[0]).map { image in
      let part = values[image * size..<(image + 1) * size]
      let finite = part.filter(\.isFinite)
      let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
      let pixels = part.map { value -> UInt8 in
        guard value.isFinite, high > low else { return 128 }
        return UInt8((255 * (value / 2 - low / 2) / (high / 2 - low / 2)).rounded())
      }
      return Raster(width: columns, height: rows, pixels: pixels)
    }
  }
}

extension FigureKind {
  /// Clusters, norms and principal components of a block's tokens.
  public static let featureViews = FigureKind(
    name: "feature-views", summary: "k-means, norms and principal components of a block's tokens",
    maker: .each { data, model, view throws(FigureError) in
      try FeatureViews.draft(from: data, model: model, view: view)
    })
}
