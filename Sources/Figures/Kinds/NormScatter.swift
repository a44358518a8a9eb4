import Tensors

/// Norms of tokens against norms of their most similar matches in other images, both relative to the
/// largest of their image, and how the matches' norms are distributed.
struct NormScatter {
  private static let all = Color(0x0072B2)
  private static let largest = Color(0xE69F00)
  private static let bins = 50

  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.normScatter
    guard let file = try data.file(.normScatter, model) else {
      return FigureKind.absent(kind.name, .normScatter, model, in: data)
    }
    let tokens = try pairs("tokens", file)
    let largest = try pairs("largest", file)
    guard !tokens.isEmpty || !largest.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: \(file.path) holds no pairs"])
    }
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        kind: kind.name, model: model, models: [model],
        title: "Norms of tokens and of their most similar matches in \(name)",
        caption: """
          Norm of \(tokens.count) tokens of \(name) against the norm of their most similar match in \
          another image, each relative to its image's largest norm; and the same for the token of \
          largest norm of each image. Right: distribution of the matches' relative norms.
          """,
        alternative: "A scatter plot of relative norms of tokens and of their matches, with a "
          + "histogram of the matches' norms.",
        size: Size(440, 264), panels: panels(tokens, largest), labels: [],
        sources: [file.source]))
  }

  private static func pairs(
    _ key: String, _ file: DataFile
  ) throws(FigureError) -> [(x: Double, y: Double)] {
    guard let array = try file.array(key, shape: [nil, 2]) else { return [] }
    guard array.shape[0] <= 1_000_000 else {
      throw FigureError(
        .array, "\(file.path): \(key): expected at most 1000000 pairs, found \(array.shape[0])")
    }
    let values = array.doubles()
    return stride(from: 0, to: values.count, by: 2).compactMap {
      values[$0].isFinite && values[$0 + 1].isFinite ? (values[$0], values[$0 + 1]) : nil
    }
  }

  private static func panels(
    _ tokens: [(x: Double, y: Double)], _ largest: [(x: Double, y: Double)]
  ) -> [Panel] {
    let scale = Scale(.linear, from: 0, to: 1.05)
    let ticks = TickRule.multiples(of: 0.2, from: 0, to: 1)
    let groups = [
      ("all", "all tokens", tokens, all, 0.55),
      ("largest", "largest norm", largest, Self.largest, 1.1),
    ].filter { !$0.2.isEmpty }
    let dots = groups.map { id, label, pairs, color, radius in
      Mark.dots(
        Dots(
          id: "\(id)-dots", label: label, x: pairs.map(\.x), y: pairs.map(\.y), radius: radius,
          color: color))
    }
    let bars = groups.map { id, _, pairs, color, _ in
      Bars(
        id: "\(id)-bars", label: nil,
        edges: (0...bins).map { Double($0) / Double(bins) }, values: density(pairs.map(\.y)),
        areHorizontal: true, color: color.opacity(0.6))
    }
    let top = bars.flatMap(\.values).max() ?? 1
    let longest = Scale(.linear, from: 0, to: 1.05 * max(top, 1e-3))
    return [
      Panel(
        id: "scatter", frame: Rect(x: 48, y: 10, width: 260, height: 214),
        x: Axis(
          scale, ticks: ticks, side: .bottom, label: "relative norm of token", labelDistance: 27),
        y: Axis(
          scale, ticks: ticks, side: .left, label: "relative norm of match", labelDistance: 34),
        marks: dots, legend: Legend([.upperLeft, .lowerLeft, .lowerRight, .upperRight])),
      Panel(
        id: "distribution", frame: Rect(x: 322, y: 10, width: 106, height: 214),
        x: Axis(
          longest,
          ticks: TickRule.multiples(
            of: TickRule.niceStep(longest.end, ticks: 4), from: 0, to: longest.end),
          side: .bottom, label: "density", labelDistance: 27),
        y: Axis(scale, side: .left), marks: bars.map(Mark.bars)),
    ]
  }

  /// Probability density in equal bins of 0…1; the bins' areas sum to 1.
  private static func density(_ values: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: bins)
    let inside = values.filter { (0...1).contains($0) }
    for value in inside { counts[min(bins - 1, Int(value * Double(bins)))] += 1 }
    return counts.map { $0 * Double(bins) / Double(max(1, inside.count)) }
  }
}

extension FigureKind {
  /// Norms of tokens and of their matches.
  public static let normScatter = FigureKind(
    name: "norm-scatter", summary: "norm of tokens against the norm of their most similar match",
    maker: .each { data, model, _ throws(FigureError) in
      try NormScatter.draft(from: data, model: model)
    })
}
