import Layers

/// Several models over the same layers: position accuracy, corner and border similarity, anomaly
/// norm, one curve a model.
struct Comparison {
  /// A panel, and the curve of the quantitative figure that it takes from every model.
  private struct Kind {
    let id: String
    let curve: String
    let label: String
    let rule: TickRule
    let limits: (Double, Double)
    let hasReference: Bool
  }

  private static let kinds = [
    Kind(
      id: "accuracy", curve: "accuracy-8x8", label: "8\u{D7}8 accuracy", rule: .multiples(of: 50),
      limits: (-5, 105), hasReference: false),
    Kind(
      id: "corner", curve: "corner", label: "corner sim.", rule: .powersOfTwo, limits: (0.46, 2.8),
      hasReference: true),
    Kind(
      id: "border", curve: "border", label: "border sim.", rule: .powersOfTwo, limits: (0.46, 2.8),
      hasReference: true),
    Kind(
      id: "norm", curve: "anomalies", label: "anomaly norm", rule: .powersOfTwo,
      limits: (0.45, 5.8), hasReference: true),
  ]

  /// Told apart by most eyes, in print too; after that they are dashed.
  private static let colors: [Color] = [
    Color(0xB3121D), Color(0x0B5CAD), Color(0xE08A00), Color(0x138A5E), Color(0x8250C4),
    Color(0x5A6572),
  ]

  static func draft(from data: DataFolder, models: [String]) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.comparison
    var found: [(model: String, curves: [Curve])] = []
    var given: [Inputs] = []
    var sources: [Figure.Source] = []
    for model in models.isEmpty ? data.models : models {
      let (panels, files, _) = try Quantitative.panels(from: data, model: model)
      let curves = panels.flatMap(\.marks).compactMap { mark in
        if case .curve(let curve) = mark { curve } else { nil }
      }
      guard !curves.isEmpty else { continue }
      found.append((model, curves))
      sources += files
      if let inputs = try Inputs.read(data, model: model) {
        given.append(inputs)
        sources.append(inputs.source)
      }
    }
    let panels = withoutRepeatedLegends(kinds.compactMap { panel($0, found, given) })
    guard found.count > 1, !panels.isEmpty else {
      return FigureDraft(
        figure: nil,
        warnings: [
          "\(kind.name): left out: \(data.path) has curves of \(found.count) model\(found.count == 1 ? "" : "s"), needed are two"
        ])
    }
    let layout = LayerLayout(panels: panels.count)
    let names = found.map { ModelName.display($0.model) }.joined(separator: ", ")
    return FigureDraft(
      figure: Figure(
        kind: kind.name, model: nil, models: found.map(\.model),
        title: "\(names) across the layers",
        caption: """
          \(names) across the layers: accuracy of the linear probe on an 8\u{D7}8 grid (dotted: chance), \
          similarity among corner and among border tokens relative to the same places away from the \
          edge, and norm of anomalies relative to the image's mean. Dotted grey, where there are arrays \
          of them: the same of the noised latents that the U-Net is given. Where a model lacks an array its \
          curve is missing.
          """,
        alternative: "Curves of \(names) over the layers, one panel for each measure.",
        size: layout.size, panels: layout.place(panels), labels: layout.labels, sources: sources))
  }

  /// The panel of one measure; nil where fewer than two models have it.
  private static func panel(
    _ kind: Kind, _ found: [(model: String, curves: [Curve])], _ given: [Inputs]
  ) -> LayerPanel? {
    var curves: [Curve] = []
    for (place, entry) in found.enumerated() {
      guard let curve = entry.curves.first(where: { $0.id == kind.curve }) else { continue }
      let isSecondRound = place >= colors.count
      curves.append(
        Curve(
          id: "\(kind.curve)-\(ModelName.key(entry.model))",
          label: ModelName.display(entry.model), x: curve.x, y: curve.y,
          stroke: Stroke(
            colors[place % colors.count], width: place == 0 ? 2 : 1.4,
            dash: isSecondRound ? [5, 2.5] : [], round: !isSecondRound)))
    }
    guard curves.count > 1 else { return nil }
    let levels = levels(of: kind, given)
    let axis = kind.rule.axis(
      from: kind.limits.0, to: kind.limits.1, holding: curves.flatMap(\.y) + levels)
    let reference =
      kind.hasReference
      ? Rule(
        direction: .horizontal, value: 1, stroke: Stroke(.reference, width: 1.3, dash: [5, 2.2]))
      : Rule(
        direction: .horizontal, value: 12.5, stroke: Stroke(.reference, width: 1.1, dash: [1.5, 2]))
    return LayerPanel(
      id: kind.id, label: kind.label, scale: axis.scale, ticks: axis.ticks,
      // The first model is drawn last, over the others.
      marks: [.rule(reference)]
        + levels.enumerated().map { place, level in
          Mark.curve(
            Curve(
              id: "\(kind.id)-given-\(place)", label: place == 0 ? "latents given" : nil,
              x: [-0.5, 45], y: [level, level],
              stroke: Stroke(Color(0x777777), width: 1, dash: [1, 1.6])))
        } + curves.reversed().map(Mark.curve),
      legend: Legend([.upperRight, .upperLeft, .lowerRight, .lowerLeft]))
  }

  /// The panels, with the legend of each that names more than those above it.
  ///
  /// A model's colour is the same in all, so that once is enough, and a legend hides no curve
  /// without need.
  private static func withoutRepeatedLegends(_ panels: [LayerPanel]) -> [LayerPanel] {
    var named: Set<String> = []
    return panels.map { panel in
      let labels = panel.marks.compactMap { mark in
        if case .curve(let curve) = mark { curve.label } else { nil }
      }
      var kept = panel
      if named.isSuperset(of: labels) { kept.legend = nil }
      named.formUnion(labels)
      return kept
    }
  }

  /// What the noised latents give in one panel, once where models share their latents.
  private static func levels(of kind: Kind, _ given: [Inputs]) -> [Double] {
    var levels: [Double] = []
    for inputs in given {
      let level: Double? =
        switch kind.id {
        case "accuracy": inputs.accuracies.map { 100 * $0[0] }
        case "corner": inputs.corner
        case "border": inputs.border
        default: nil
        }
      guard let level, level.isFinite else { continue }
      if !levels.contains(where: { abs($0 - level) < 1e-3 * abs(level) }) { levels.append(level) }
    }
    return levels
  }
}

extension FigureKind {
  /// Several models over the same layers.
  public static let comparison = FigureKind(
    name: "comparison", summary: "several models over the same layers, one curve a model",
    maker: .together { data, models, _ throws(FigureError) in
      try Comparison.draft(from: data, models: models)
    })
}
