package import Layers

/// All judgements of a model: what holds where.
package struct Verdict: Sendable {
  /// What was applied.
  package let criteria: Criteria
  /// By layer, for the layers that the criteria name.
  package let layers: [(layer: LayerFindings, judgements: [Judgement])]

  /// Judges a model's layers.
  package init(_ findings: ModelFindings, by criteria: Criteria) {
    self.criteria = criteria
    let chosen = Set(criteria.layers)
    layers = findings.layers.filter { chosen.contains($0.layer) }.map { ($0, criteria.judge($0)) }
  }

  /// Layers in which every criterion that applies holds, and at least one applies.
  package var clean: [Layer] {
    layers.filter { _, judgements in
      judgements.contains { $0.holds == true } && !judgements.contains { $0.holds == false }
    }.map(\.layer.layer)
  }

  /// Every judgement that does not hold, in order of layers.
  package var failures: [(layer: Layer, judgement: Judgement)] {
    layers.flatMap { layer, judgements in
      judgements.filter { $0.holds == false }.map { (layer.layer, $0) }
    }
  }

  /// Whether any criterion could be applied.
  package var isMeasured: Bool {
    layers.contains { $0.judgements.contains { $0.holds != nil } }
  }

  /// Whether every criterion that applies holds in every judged layer.
  package var holds: Bool { isMeasured && failures.isEmpty }

  /// The layers in which `criterion` does not hold, and how many it applies to.
  package func failing(_ criterion: Criterion) -> (layers: [Layer], of: Int) {
    let judged = layers.compactMap { layer, judgements in
      judgements.first { $0.criterion == criterion && $0.holds != nil }.map {
        (layer.layer, $0.holds == true)
      }
    }
    return (judged.filter { !$0.1 }.map(\.0), judged.count)
  }
}
