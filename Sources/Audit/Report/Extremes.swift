import Layers

/// The layers where a measure is largest and smallest.
struct Extremes {
  /// A layer and its value.
  struct Place {
    let layer: Layer
    let value: Double
  }

  /// All layers that have a finite value, in forward order.
  let values: [Place]
  /// The largest; the first of equal ones.
  let largest: Place
  /// The smallest; the first of equal ones.
  let smallest: Place

  /// The extremes of `measure` over layers that have it; nil where none does.
  init?(_ layers: [LayerFindings], _ measure: (LayerFindings) -> Double?) {
    let values = layers.compactMap { layer in
      measure(layer).flatMap { $0.isFinite ? Place(layer: layer.layer, value: $0) : nil }
    }
    guard let largest = values.max(by: { $0.value < $1.value }),
      let smallest = values.min(by: { $0.value < $1.value })
    else { return nil }
    self.values = values
    self.largest = values.first { $0.value == largest.value } ?? largest
    self.smallest = smallest
  }

  /// How many layers have a value above `limit`.
  func above(_ limit: Double) -> Int { values.count { $0.value > limit } }
}

extension [Layer] {
  /// The layers by block: "dn0 (3 layers), mid (1 layer)".
  var byBlock: String {
    Layer.blockOutputs.compactMap { output in
      let count = count { $0.block == output.block }
      return count == 0 ? nil : "\(output.block.label) (\(Numbers.count(count, "layer")))"
    }.joined(separator: ", ")
  }
}
