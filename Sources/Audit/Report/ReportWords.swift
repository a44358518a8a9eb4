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

  var layers: [LayerFindings] { findings.layers }
  /// "in 3 of 45 layers", "in no layer", "in all 45 layers".
  func inLayers(_ count: Int, _ total: Int) -> String {
    if count == 0 { return "in no layer" }
    return count == total ? "in all \(total) layers" : "in \(count) of \(total) layers"
  }
  func code(_ layer: Layer) -> String { code(layer.name) }
  /// A name from outside must not end the mark that it stands in.
  func code(_ name: String) -> String { "`\(name.replacing("`", with: "'"))`" }

  /// The first line: how many layers meet all criteria.
  var answer: String {
    let (clean, judged) = (verdict.clean.count, verdict.layers.count)
    let active = verdict.criteria.active.count
    let criteria = active == 1 ? "the criterion" : "all \(active) criteria"
    switch clean {
    case 0 where judged == 1: return "The judged layer does not meet \(criteria)"
    case 0: return "None of \(judged) layers meets \(criteria)"
    case judged where judged == 1: return "The judged layer meets \(criteria)"
    case judged: return "All \(judged) layers meet \(criteria)"
    case 1: return "1 of \(judged) layers meets \(criteria)"
    default: return "\(clean) of \(judged) layers meet \(criteria)"
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
      gives \(Numbers.chance(best?.chance ?? 0.125)). This share is above one half \
      \(inLayers(coarse.above(0.5), coarse.values.count)).
      """
    let ends = [Layer(.convIn), Layer(.convOut)].compactMap { end in
      coarse.values.first { $0.layer == end }.map { "\(Numbers.percent($0.value)) in \(code(end))" }
    }
    if !ends.isEmpty {
      text += " At the ends of the network it is \(ends.joined(separator: " and "))."
    }
    if let fine = Extremes(layers, { $0.position.last?.accuracy }),
      let place = layers.first(where: { $0.layer == fine.largest.layer })?.position.last
    {
      text += """
         On \(place.cells) cells the best layer is \(code(fine.largest.layer)) with \
        \(Numbers.percent(fine.largest.value)) (guessing: \(Numbers.chance(place.chance))).
        """
    }
    let tested = images.paths.count - trainImages
    return text
      + " The probe was tested on \(Numbers.count(tested, "image")) that it was not trained on"
      + (tested < 10 ? ", so small differences mean little." : ".") + training
  }

  /// Images that the probe was trained on.
  private var trainImages: Int {
    ProbeTraining(images: images.paths.count, side: 1, channels: 1).trainImages
  }

  /// Passes that would show the probe as many images between two readings as the paper's saw: 400.
  private var publishedPasses: Int { (400 + trainImages - 1) / max(1, trainImages) }

  /// Whether the probe was trained for far shorter than the paper's.
  var isUndertrained: Bool {
    layers.contains { $0.coarseAccuracy != nil } && passes(findings) < publishedPasses / 2
  }

  /// A warning where that is so.
  private var training: String {
    guard isUndertrained else { return "" }
    let passes = passes(findings)
    let often = passes == 1 ? "once" : "\(passes) times"
    return
      " Between two readings it saw the tokens of \(Numbers.count(trainImages, "image")) \(often), where "
      + "the paper's saw those of 400: trained longer, by `--probe-passes \(publishedPasses)`, it may well "
      + "read more."
  }

  /// Passes over the tokens for each of a probe's accuracies.
  private func passes(_ model: ModelFindings) -> Int {
    model.record(.accuracies)?.options["probe-passes"].flatMap { Int($0) } ?? 1
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
      What needs no training: in `\(control.model)`, a small network of the same layers with its initial \
      weights, the probe is right on 8 cells in up to \(Numbers.percent(own.largest.value)) of cases \
      (\(code(own.largest.layer))). \(compared(gain)) The control's widths are others, and maybe its images, so this is a \
      rough measure of what training added.\(difference(from: control))
      """
  }

  /// Where the audited model is above its control, layer by layer.
  private func compared(_ gain: Extremes) -> String {
    let (best, worst) = (gain.largest, gain.smallest)
    let above = gain.above(0)
    if above == 0 {
      return best.value == 0
        ? "The audited model is nowhere above it; in \(code(best.layer)) the two are equal."
        : "The audited model is below it everywhere, by \(Numbers.gap(best.value)) in \(code(best.layer)), "
          + "where it comes closest."
    }
    let most = "by most in \(code(best.layer)) (\(Numbers.gap(best.value)))"
    if worst.value > 0 {
      return
        "The audited model is above it \(inLayers(above, gain.values.count)), \(most) and by least in "
        + "\(code(worst.layer)) (\(Numbers.gap(worst.value)))."
    }
    return "The audited model is above it \(inLayers(above, gain.values.count)), \(most)"
      + (worst.value < 0
        ? "; it is furthest below in \(code(worst.layer)) (\(Numbers.gap(worst.value)))." : ".")
  }

  /// A warning where the control's probes were trained otherwise.
  private func difference(from control: ModelFindings) -> String {
    let (own, other) = (passes(findings), passes(control))
    return own == other
      ? ""
      : " Its probes took \(Numbers.count(other, "pass", "passes")) over their tokens for each accuracy where those of the audited "
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
    guard count > 0 else { return "" }
    let bound = "\(Numbers.factor(limit)) times more or less"
    let judged = count == 1 ? "the judged layer" : "all \(count) judged layers"
    if failing.isEmpty { return " In \(judged) it stays within the limit, \(bound)." }
    if failing.count == count { return " In \(judged) it is beyond the limit, \(bound)." }
    return " It is beyond the limit, \(bound), in \(failing.count) of \(count) judged layers: "
      + "\(failing.byBlock)."
  }
}
