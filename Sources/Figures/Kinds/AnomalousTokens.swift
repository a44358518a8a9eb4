import Layers
import Tensors

/// The images whose tokens have the largest norms, the patches that stand out marked in picture and
/// norm map.
struct AnomalousTokens {
  /// The arrays of `anomalous_tokens_<model>.safetensors`.
  struct Input {
    var images: [Raster]
    /// The images' indices in their folder.
    var indices: [Int]
    /// Norms relative to the median of the image, a map an image.
    var norms: [TokenMap]
    /// By place among the images: x and y of the upper left token of each 2x2 patch.
    var patches: [Int: [(x: Int, y: Int)]] = [:]

    /// Reads the file.
    ///
    /// - Throws: ``FigureError`` where an array is missing or does not fit the others.
    init(_ file: DataFile) throws(FigureError) {
      images = try file.pictures("images")
      indices = try file.integers("index") ?? []
      norms = try file.maps("norms")
      guard indices.count == images.count, norms.count == images.count else {
        throw FigureError(
          .array,
          "\(file.path): expected images, index and norms of one length, found \(images.count), "
            + "\(indices.count) and \(norms.count)")
      }
      let array = try file.array("patches", shape: [nil, 3])
      guard let values = array.map({ $0.int64s() }) ?? [] else {
        throw FigureError(.array, "\(file.path): patches: expected whole numbers, found others")
      }
      for start in stride(from: 0, to: values.count, by: 3) {
        let (place, x, y) = (Int(values[start]), Int(values[start + 1]), Int(values[start + 2]))
        guard norms.indices.contains(place), (0..<norms[place].columns - 1).contains(x),
          (0..<norms[place].rows - 1).contains(y)
        else {
          throw FigureError(
            .array, "\(file.path): patches: expected 2x2 patches inside the maps, found others")
        }
        patches[place, default: []].append((x, y))
      }
    }
  }

  private static let perRow = 6

  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.anomalousTokens
    guard let file = try data.file(.anomalousTokens, model) else {
      // Only audits make these arrays.
      var draft = FigureKind.absent(kind.name, .anomalousTokens, model, in: data)
      draft.isNoNews = true
      return draft
    }
    let input = try Input(file)
    guard let colors = ColorScale(.viridis, spanning: input.norms.flatMap(\.values)) else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no values"])
    }
    var panels: [Panel] = []
    var labels: [Label] = []
    var (width, y) = (0.0, 6.0)
    for start in stride(from: 0, to: input.images.count, by: perRow) {
      let shown = start..<min(start + perRow, input.images.count)
      let grid = grid(input, shown, colors, isFirst: start == 0)
      let (parts, names) = grid.place(at: Point(6, y))
      panels += parts
      labels += names
      width = max(width, grid.size.width + 12)
      y += grid.size.height + 14
    }
    let name = ModelName.display(model)
    let count = input.patches.values.reduce(0) { $0 + $1.count }
    let layer = Layer(.up(1)).name
    let marked =
      count == 0
      ? "The detector marked no patch in them." : "Outlined: the patches that the detector marked."
    return FigureDraft(
      figure: Figure(
        kind: kind.name, model: model, models: [model],
        title: "Images with the largest token norms in \(name)",
        caption: """
          Images (numbered from 0 in order of file name) whose tokens have the largest norms at the \
          end of \(layer) in \(name), and the norms of their tokens relative to the image's median. \
          \(marked)
          """,
        alternative: "\(input.images.count) images with a map of their token norms each; "
          + "\(count) patches are marked.",
        size: Size(width, y), panels: panels, labels: labels, sources: [file.source]))
  }

  private static func grid(
    _ input: Input, _ shown: Range<Int>, _ colors: ColorScale, isFirst: Bool
  ) -> PictureGrid {
    var pictures: [PictureGrid.Cell?] = []
    var maps: [PictureGrid.Cell?] = []
    for place in shown {
      let map = input.norms[place]
      let marks = (input.patches[place] ?? []).map {
        PictureGrid.Cell.Mark(
          column: $0.x, row: $0.y, columns: map.columns, rows: map.rows, side: 2)
      }
      pictures.append(
        PictureGrid.Cell(
          content: .picture(input.images[place], isPhotograph: true), marks: marks))
      maps.append(PictureGrid.Cell(content: .map(map, colors), marks: marks))
    }
    return PictureGrid(
      id: "tokens-\(shown.lowerBound)",
      columns: shown.map { "image \(input.indices[$0])" },
      rows: [
        PictureGrid.Row(label: "", cells: pictures),
        PictureGrid.Row(
          label: "", cells: maps, bar: isFirst ? colors : nil,
          barLabel: isFirst ? "norm / median" : ""),
      ], side: 80, gap: 6, labelWidth: 0)
  }
}

extension FigureKind {
  /// The images of largest norms, with the patches that stand out.
  public static let anomalousTokens = FigureKind(
    name: "anomalous-tokens", summary: "images with the largest token norms, patches marked",
    maker: .each { data, model, _ throws(FigureError) in
      try AnomalousTokens.draft(from: data, model: model)
    })
}
