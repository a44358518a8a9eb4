package import Experiments
import Layers

/// Which units each array task does; follows from the work plan and the number of tasks alone.
package struct TaskSplit: Sendable {
  /// The extractions of each task: contiguous in images, every batch whole.
  package let extract: [[WorkUnit]]
  /// Probes and histograms of each task.
  package let probes: [[WorkUnit]]

  /// Splits `plan` into at most `tasks` tasks an array; none is empty.
  package init(_ plan: WorkPlan, tasks: Int) {
    let extractions = plan.extractions.enumerated().sorted {
      ($0.element.images.lowerBound, $0.offset) < ($1.element.images.lowerBound, $1.offset)
    }.map(\.element)
    extract = Self.contiguous(
      extractions.map { (WorkUnit.extract($0), Self.cost($0, plan)) }, parts: tasks)
    let rest = plan.units.filter { if case .extract = $0 { false } else { true } }
    probes = Self.balanced(rest.map { ($0, Self.cost($0, plan)) }, parts: tasks)
  }

  /// The units of each task of `stage`; the merge is one task without units of its own.
  package func tasks(_ stage: Stage) -> [[WorkUnit]] {
    switch stage {
    case .extract: extract
    case .probes: probes
    case .merge: [[]]
    }
  }

  /// Cuts a list into parts of about the same cost, keeping its order.
  static func contiguous(_ units: [(unit: WorkUnit, cost: Double)], parts: Int) -> [[WorkUnit]] {
    let count = min(parts, units.count)
    guard count > 0 else { return [] }
    let total = units.reduce(0) { $0 + $1.cost }
    var result: [[WorkUnit]] = [[]]
    var spent = 0.0
    for (index, (unit, cost)) in units.enumerated() {
      let left = units.count - index
      let mustOpen = left <= count - result.count
      let isFull = spent + cost / 2 > total * Double(result.count) / Double(count)
      let last = result.count - 1
      if !result[last].isEmpty, result.count < count, mustOpen || isFull { result.append([]) }
      result[result.count - 1].append(unit)
      spent += cost
    }
    return result
  }

  /// Gives the dearest unit first to whichever part has the least to do.
  static func balanced(_ units: [(unit: WorkUnit, cost: Double)], parts: Int) -> [[WorkUnit]] {
    let count = min(parts, units.count)
    guard count > 0 else { return [] }
    var result = [[Int]](repeating: [], count: count)
    var loads = [Double](repeating: 0, count: count)
    let byCost = units.indices.sorted {
      (units[$1].cost, $0) < (units[$0].cost, $1)
    }
    for index in byCost {
      var target = 0
      for part in loads.indices where loads[part] < loads[target] { target = part }
      result[target].append(index)
      loads[target] += units[index].cost
    }
    // The first layers' tasks come first, so that a short queue's work is easy to follow.
    return result.map { $0.sorted().map { units[$0].unit } }
  }

  /// Pixels through the network.
  private static func cost(_ extraction: Extraction, _ plan: WorkPlan) -> Double {
    let side = Double(8 * plan.grid.size(of: Layer(.convIn)).width)
    let left = max(0, side - 2 * Double(extraction.crop)) / side
    return Double(extraction.images.count) * left * left
  }

  /// Multiplications, with the channels that Stable Diffusion has at the layer's size.
  private static func cost(_ unit: WorkUnit, _ plan: WorkPlan) -> Double {
    if case .extract(let extraction) = unit { return cost(extraction, plan) }
    if case .probe(let index) = unit {
      let layer = Layer.experiments[index]
      let side = Double(plan.grid.size(of: layer).width)
      let passes = 5 * (0.8 * 2 * Double(plan.probePasses) + 0.2)
      return Double(plan.images) * side * side * channels(layer, plan) * 2 * side * passes
    }
    if case .histogram(let block, _) = unit {
      let layer = Layer.blockOutputs[block].sameOutput
      let size = plan.grid.size(of: layer)
      let tokens = size.height * size.width
      let pairs = ImagePairs.count(images: plan.images, tokens: tokens)
      return Double(pairs) / 2 * Double(tokens) * Double(tokens) * channels(layer, plan)
    }
    return 1
  }

  private static func channels(_ layer: Layer, _ plan: WorkPlan) -> Double {
    if layer == Layer(.convOut) { return 4 }
    let whole = plan.grid.size(of: Layer(.convIn)).width
    let side = max(1, plan.grid.size(of: layer).width)
    return min(1280, 320 * Double(whole) / Double(side))
  }
}
