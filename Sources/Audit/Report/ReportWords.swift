import Experiments
import Figures
import Files
import Layers

/// The report's sentences, filled in from what was measured.
///
/// Marks are those of a content file.
struct ReportWords {
  let findings: ModelFindings
  let verdict: Verdict
  let images: ImageSet
  let control: ModelFindings?

  private var layers: [LayerFindings] { findings.layers }
  /// "3 of 45", "none of 45", "all 45".
  private func share(_ count: Int, _ total: Int) -> String {
    count == 0 ? "none of \(total)" : count == total ? "all \(total)" : "\(count) of \(total)"
  }
  private func code(_ layer: Layer) -> String { "`\(layer.name)`" }

  /// The first line: how many layers meet all criteria.
  var answer: String {
    let (clean, judged) = (verdict.clean.count, verdict.layers.count)
    let criteria = Numbers.count(verdict.criteria.active.count, "criterion")
      .replacing("criterions", with: "criteria")
    let noun = judged == 1 ? "layer" : "layers"
    switch clean {
    case 0 where judged == 1: return "The judged layer does not meet all \(criteria)"
    case 0: return "None of \(judged) \(noun) meets all \(criteria)"
    case judged: return "All \(judged) \(noun) meet all \(criteria)"
    case 1: return "1 of \(judged) \(noun) meets all \(criteria)"
    default: return "\(clean) of \(judged) \(noun) meet all \(criteria)"
    }
  }

  // MARK: Position

  /// Where position can be read, and how well.
  var position: String {
    guard let coarse = Extremes(layers, { $0.coarseAccuracy }) else { return "" }
    let best = layers.first { $0.layer == coarse.largest.layer }?.position.first
    var text = """
      Row and column can be read best from \(code(coarse.largest.layer)): a linear probe puts them into \
      the right one of 8 cells in **\(Numbers.percent(coarse.largest.value))** of cases, where guessing \
      gives \(Numbers.chance(best?.chance ?? 0.125)). It is right more often than not in \
      \(share(coarse.above(0.5), coarse.values.count)) layers
      """
    let ends = [Layer(.convIn), Layer(.convOut)].compactMap { end in
      coarse.values.first { $0.layer == end }.map { "\(Numbers.percent($0.value)) in \(code(end))" }
    }
    text += ends.isEmpty ? "." : "; it reads \(ends.joined(separator: " and "))."
    if let fine = Extremes(layers, { $0.position.last?.accuracy }),
      let place = layers.first(where: { $0.layer == fine.largest.layer })?.position.last
    {
      text += """
         On \(place.cells) cells the best layer is \(code(fine.largest.layer)) with \
        \(Numbers.percent(fine.largest.value)) (guessing: \(Numbers.chance(place.chance))).
        """
    }
    let tested = images.paths.count - images.paths.count * 4 / 5
    return text
      + " The probe was tested on \(Numbers.count(tested, "image")) that it was not trained on"
      + (tested < 10 ? ", so small differences mean little." : ".")
  }

  /// What the untrained control gives.
  var untrained: String {
    guard layers.contains(where: { $0.coarseAccuracy != nil }) else { return "" }
    guard let control else {
      return findings.model == ModelFindings.untrainedName
        ? ""
        : "The arrays of `\(ModelFindings.untrainedName)` were not found, so what the architecture alone gives is not shown."
    }
    let pairs = layers.filter { $0.coarseAccuracy != nil && $0.untrained != nil }
    guard let own = Extremes(control.layers, { $0.coarseAccuracy }),
      let gain = Extremes(pairs, { ($0.coarseAccuracy ?? 0) - ($0.untrained ?? 0) })
    else { return "" }
    return """
      Untrained weights tell position too. In `\(control.model)`, a small network of the same layers with \
      its initial weights, the probe reads 8 cells in up to \(Numbers.percent(own.largest.value)) of cases \
      (\(code(own.largest.layer))). The audited model is above it in \
      \(share(gain.above(0), gain.values.count)) layers, by most in \(code(gain.largest.layer)) \
      (\(Numbers.points(gain.largest.value))), and by least in \(code(gain.smallest.layer)) \
      (\(Numbers.points(gain.smallest.value))). The control's widths and images are others, so this is a \
      rough measure of what training added.\(difference(from: control))
      """
  }

  /// A warning where the control's probes were trained otherwise.
  private func difference(from control: ModelFindings) -> String {
    func passes(_ model: ModelFindings) -> String {
      model.record(.accuracies)?.options["probe-passes"] ?? "1"
    }
    let (own, other) = (passes(findings), passes(control))
    return own == other
      ? ""
      : " Its probes took \(other) passes over their tokens for each accuracy where those of the audited "
        + "model took \(own), which alone makes a difference: `--probe-passes \(other)` makes them alike."
  }

  // MARK: Corners and borders

  /// How far corners and borders stand out, and where.
  var corners: String {
    var parts: [String] = []
    if let corner = Extremes(layers, { $0.corner?.ratio }) {
      parts.append(
        """
        Corner tokens are most alike in \(code(corner.largest.layer)): \
        **\(Numbers.factor(corner.largest.value)) times** as similar to each other as the same places are \
        away from the corner; least in \(code(corner.smallest.layer)) \
        (\(Numbers.factor(corner.smallest.value))).\(outside(.cornerSimilarity))
        """)
    }
    if let border = Extremes(layers, { $0.border?.ratio }) {
      parts.append(
        """
        Along the border this ratio runs from \(Numbers.factor(border.smallest.value)) \
        (\(code(border.smallest.layer))) to \(Numbers.factor(border.largest.value)) \
        (\(code(border.largest.layer))).\(outside(.borderSimilarity))
        """)
    }
    if let norm = Extremes(layers, { $0.norms?.cornerRatio }) {
      parts.append(
        """
        Corner tokens have from \(Numbers.factor(norm.smallest.value)) (\(code(norm.smallest.layer))) to \
        \(Numbers.factor(norm.largest.value)) times (\(code(norm.largest.layer))) the mean norm of inner \
        tokens.\(outside(.cornerNorm))
        """)
    }
    return parts.joined(separator: "\n\n")
  }

  /// Where a criterion does not hold.
  private func outside(_ criterion: Criterion) -> String {
    guard let limit = verdict.criteria.limits[criterion] else { return "" }
    let (failing, count) = verdict.failing(criterion)
    let bound = "a factor of \(Numbers.factor(limit))"
    guard count > 0 else { return "" }
    return failing.isEmpty
      ? " In all \(count) judged layers it stays within \(bound) of 1."
      : " It leaves \(bound) around 1 in \(failing.count) of \(count) layers: \(failing.byBlock)."
  }

  // MARK: Norms

  /// Whether tokens of anomalous norm occur, and where.
  var norms: String {
    let layer = ModelFindings.labelledLayer
    guard let norms = layers.first(where: { $0.layer == layer })?.norms else { return "" }
    guard norms.isFinite else {
      return
        "The norms of \(code(layer)) are not all finite numbers, so nothing can be said of them."
    }
    let total = images.paths.count
    var text: String
    if norms.patches.isEmpty {
      text = """
        At the end of `up_blocks[1]`, where the paper's anomalies lie, the detector marks **no patch** in \
        any of \(Numbers.count(total, "image")).
        """
    } else {
      text = """
        At the end of `up_blocks[1]`, where the paper's anomalies lie, the detector marks \
        **\(Numbers.count(norms.patches.count, "patch").replacing("patchs", with: "patches"))** of 2×2 \
        tokens in \(norms.anomalousImages.count) of \(Numbers.count(total, "image")).
        """
    }
    text += """
       The largest norm there is \(Numbers.factor(norms.largestRatio)) times the median of its image \
      (image \(norms.largestImage)).
      """
    let marked = layers.filter { !($0.norms?.patches.isEmpty ?? true) }
    if let most = Extremes(marked, { $0.norms.map { Double($0.anomalousImages.count) } }) {
      text += """
         Over all layers it marks patches in \(share(marked.count, layers.count)), in most images \
        (\(Int(most.largest.value)) of \(total)) in \(code(most.largest.layer)): \
        \(marked.map(\.layer).byBlock).
        """
    } else {
      text += " It marks none in any other layer."
    }
    if let ratio = Extremes(layers, { $0.norms?.largestRatio }) {
      text += """
         The largest norm relative to its image's median is \(Numbers.factor(ratio.largest.value)), in \
        \(code(ratio.largest.layer)).
        """
    }
    return text + "\n\n" + labelled
  }

  /// The norms of labelled patches through the layers.
  private var labelled: String {
    guard let relative = Extremes(layers, { $0.labelledNorm }) else { return "" }
    let record = findings.record(.anomalyMeans)?.labels
    let origin =
      switch record?.source {
      case "automatic": "marked by the detector"
      case "file": "of the label file"
      default: "labelled"
      }
    return """
      The patches \(origin)\(record.map { " (\($0.count))" } ?? "") have up to \
      \(Numbers.factor(relative.largest.value)) times their image's mean norm \
      (\(code(relative.largest.layer))), and are above the mean in \
      \(share(relative.above(1), relative.values.count)) layers.
      """
  }
}
