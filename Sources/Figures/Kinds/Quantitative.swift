import Layers
import Tensors

/// The paper's main figure for one model: position accuracy, relative similarity of corners and
/// borders, relative norm of anomalies, over the 45 layers.
///
/// METHOD.md, "The figures": colours, limits, ticks and ids are as published.
struct Quantitative {
  private let data: DataFolder
  private let model: String
  private var warnings: [String] = []
  private var sources: [Figure.Source] = []
  private var facts: [String] = []

  private static let layers = Layer.experiments
  static let positions = layers.indices.map(Double.init)

  static func draft(from data: DataFolder, model: String) throws(FigureError) -> FigureDraft {
    var maker = Quantitative(data: data, model: model)
    return try maker.draft()
  }

  /// The panels that `model` has arrays for, and the files they come from.
  static func panels(
    from data: DataFolder, model: String
  ) throws(FigureError) -> (panels: [LayerPanel], sources: [Figure.Source], facts: [String]) {
    var maker = Quantitative(data: data, model: model)
    let panels = [try maker.accuracy(), try maker.similarity(), try maker.norm()].compactMap { $0 }
    return (panels, maker.sources, maker.facts)
  }

  private init(data: DataFolder, model: String) {
    self.data = data
    self.model = model
  }

  private mutating func draft() throws(FigureError) -> FigureDraft {
    let panels = [try accuracy(), try similarity(), try norm()].compactMap { $0 }
    guard !panels.isEmpty else {
      return FigureDraft(figure: nil, warnings: warnings)
    }
    let layout = LayerLayout(panels: panels.count)
    let name = ModelName.display(model)
    let figure = Figure(
      kind: FigureKind.quantitative.name, model: model, models: [model],
      title: "Position, corners and high norms across the layers of \(name)",
      caption: """
        Across the layers of \(name): accuracy of a linear probe for a token's position, \
        similarity among corner and among border tokens, relative to tokens of the same content \
        away from the image's edge; and norm of anomalies relative to the image's mean (band: one \
        standard deviation).
        """,
      alternative: "\(panels.count == 1 ? "A panel" : "Stacked panels") over the layers of "
        + "\(name). \(facts.joined(separator: " "))",
      size: layout.size, panels: layout.place(panels), labels: layout.labels, sources: sources)
    return FigureDraft(figure: figure, warnings: warnings)
  }

  // MARK: Panels

  private mutating func accuracy() throws(FigureError) -> LayerPanel? {
    guard let file = try file(.accuracies, panel: "position accuracy") else { return nil }
    let array = try file.array(shape: [Self.layers.count, nil, 4])
    let epochs = array.shape[1]
    let values = array.doubles()
    let shades = [0.25, 0.25 + 0.65 / 3, 0.25 + 2 * 0.65 / 3, 0.9]
    var curves: [Curve] = []
    for (place, size) in [8, 16, 32, 64].enumerated() where epochs > 0 {
      let y = Self.layers.indices.map { 100 * values[($0 * epochs + epochs - 1) * 4 + place] }
      curves.append(
        curve(
          "accuracy-\(size)x\(size)", "\(size)\u{D7}\(size)", y,
          ColorMap.reds.color(at: shades[place])))
    }
    guard keep(curves, file, panel: "position accuracy") else { return nil }
    if let best = Self.largest(curves[0].y) {
      facts.append(
        "Position accuracy on an 8\u{D7}8 grid is highest, \(Fixed.string(best.value, places: 1)) "
          + "percent, at \(best.layer.name).")
    }
    let axis = TickRule.multiples(of: 50).axis(
      from: -5, to: 105, holding: curves.flatMap(\.y))
    return LayerPanel(
      id: "accuracy", label: "test accuracy", scale: axis.scale, ticks: axis.ticks,
      marks: curves.map(Mark.curve), legend: Legend([.upperLeft, .upperRight, .lowerLeft]))
  }

  private mutating func similarity() throws(FigureError) -> LayerPanel? {
    guard let file = try file(.groupSimilarities, panel: "relative similarity") else { return nil }
    var ratios: [[Double]] = [[], []]
    var absent: [String] = []
    for layer in Self.layers.dropLast() {
      guard let pair = try Self.matrices(of: layer, in: file) else {
        absent.append(layer.name)
        ratios[0].append(.nan)
        ratios[1].append(.nan)
        continue
      }
      for group in 0..<2 {
        ratios[group].append(pair.cropped[4 * group] / pair.whole[4 * group])
      }
    }
    if !absent.isEmpty {
      warnings.append("\(file.path): no similarities for \(absent.joined(separator: ", "))")
    }
    let curves = [
      curve("corner", "corner", ratios[0], Color(0x1F77B4)),
      curve("border", "border", ratios[1], Color(0x50B0BF)),
    ]
    guard keep(curves, file, panel: "relative similarity", logarithmic: true) else { return nil }
    if let most = Self.largest(ratios[0]) {
      facts.append(
        "Corner tokens are most alike at \(most.layer.name): \(Fixed.string(most.value, places: 2)) "
          + "times as similar as tokens of the same content away from the edge.")
    }
    let axis = TickRule.powersOfTwo.axis(from: 0.46, to: 2.8, holding: curves.flatMap(\.y))
    return LayerPanel(
      id: "similarity", label: "rel. similarity", scale: axis.scale, ticks: axis.ticks,
      marks: [.rule(Self.one)] + curves.map(Mark.curve),
      legend: Legend([.upperRight, .upperLeft, .lowerRight, .lowerLeft]))
  }

  private mutating func norm() throws(FigureError) -> LayerPanel? {
    guard let file = try file(.anomalyMeans, panel: "relative norm") else { return nil }
    let means = try file.array(shape: [Self.layers.count]).doubles()
    let line = curve(
      "anomalies",
      data.hasAutomaticLabels(model) ? "anomalies (automatic labels)" : "anomalies", means,
      Color(0x26A259))
    guard keep([line], file, panel: "relative norm", logarithmic: true) else { return nil }
    var marks = [Mark.rule(Self.one), .curve(line)]
    if let spread = try data.file(.anomalyDeviations, model) {
      let deviations = try spread.array(shape: [Self.layers.count]).doubles()
      sources.append(spread.source)
      let band = Band(
        id: "anomalies-band", x: Self.positions, lower: zip(means, deviations).map { $0 - $1 },
        upper: zip(means, deviations).map { $0 + $1 }, color: Color(0x26A259, alpha: 0.2))
      marks.insert(.band(band), at: 0)
    } else {
      let name = ArrayKind.anomalyDeviations.fileName(model)
      warnings.append(
        "quantitative-\(model): the norm's band is left out: \(data.path) has no \(name)")
    }
    if let most = Self.largest(means) {
      facts.append(
        "The relative norm of anomalies is highest, \(Fixed.string(most.value, places: 2)), at "
          + "\(most.layer.name).")
    }
    let axis = TickRule.powersOfTwo.axis(from: 0.45, to: 5.8, holding: means)
    return LayerPanel(
      id: "norm", label: "rel. norm", scale: axis.scale, ticks: axis.ticks, marks: marks,
      legend: Legend([.upperRight, .upperLeft, .lowerRight, .lowerLeft]))
  }

  // MARK: Parts

  private static let one = Rule(
    direction: .horizontal, value: 1, stroke: Stroke(.reference, width: 1.3, dash: [5, 2.2]))

  private func curve(_ id: String, _ label: String, _ y: [Double], _ color: Color) -> Curve {
    Curve(
      id: id, label: label, x: Array(Self.positions.prefix(y.count)), y: y,
      stroke: Stroke(color, width: 1.5, round: true))
  }

  private mutating func file(
    _ kind: ArrayKind, panel: String
  ) throws(FigureError) -> DataFile? {
    if let file = try data.file(kind, model) { return file }
    warnings.append(
      "quantitative-\(model): the panel \"\(panel)\" is left out: \(data.path) has no "
        + kind.fileName(model))
    return nil
  }

  /// Whether any curve has a value to draw; notes the file as a source, or why the panel goes.
  private mutating func keep(
    _ curves: [Curve], _ file: DataFile, panel: String, logarithmic: Bool = false
  ) -> Bool {
    let scale = logarithmic ? Scale(.log2, from: 1, to: 2) : Scale(.linear, from: 0, to: 1)
    guard curves.contains(where: { $0.y.contains(where: scale.canShow) }) else {
      warnings.append(
        "quantitative-\(model): the panel \"\(panel)\" is left out: \(file.path) has no value "
          + "that can be drawn")
      return false
    }
    let gaps = Self.layers.indices.filter { layer in
      curves.contains { layer < $0.y.count && !scale.canShow($0.y[layer]) }
    }
    if !gaps.isEmpty {
      let names = gaps.prefix(3).map { Self.layers[$0].name }.joined(separator: ", ")
      let more = gaps.count > 3 ? " and \(gaps.count - 3) more" : ""
      let fault = logarithmic ? "not a positive number" : "not a number"
      warnings.append("\(file.path): \(panel) is \(fault) at \(names)\(more): left as a gap")
    }
    sources.append(file.source)
    return true
  }

  /// The two [3, 3] matrices of `layer`, row-major; nil where the file lacks the layer.
  private static func matrices(
    of layer: Layer, in file: DataFile
  ) throws(FigureError) -> (cropped: [Double], whole: [Double])? {
    guard case .dict = file.archive else {
      throw FigureError(
        .array, "\(file.path): expected a dict of layers, found \(DataFile.kind(of: file.archive))")
    }
    guard let entry = file.archive[layer.name] else { return nil }
    guard let pair = entry.elements, pair.count == 2 else {
      throw FigureError(
        .array,
        "\(file.path): \(layer.name): expected a list of two matrices, found "
          + "\(entry.elements.map { "\($0.count) elements" } ?? DataFile.kind(of: entry))")
    }
    let cropped = try file.array(pair[0], named: "\(layer.name)/0", shape: [3, 3])
    let whole = try file.array(pair[1], named: "\(layer.name)/1", shape: [3, 3])
    return (cropped.doubles(), whole.doubles())
  }

  private static func largest(_ values: [Double]) -> (value: Double, layer: Layer)? {
    let finite = values.indices.filter { values[$0].isFinite }
    guard let best = finite.max(by: { values[$0] < values[$1] }) else { return nil }
    return (values[best], layers[best])
  }
}

extension FigureKind {
  /// The paper's main figure, one a model.
  public static let quantitative = FigureKind(
    name: "quantitative",
    summary: "position accuracy, corner and border similarity, anomaly norm across the layers",
    maker: .each { data, model, _ throws(FigureError) in
      try Quantitative.draft(from: data, model: model)
    })
}
