import Layers
import Tensors

/// Does the histogram of one block output at one timestep.
struct HistogramWork {
  let plan: WorkPlan
  let folder: WorkFolder
  let seed: UInt64

  /// Counts the pairs and writes the unit's result.
  func run(block: Int, timestep: Int) throws(ExperimentError) {
    let layer = Layer.blockOutputs[block].sameOutput
    let batches = plan.batches(timestep: timestep)
    let spilled = try SpilledTokens(layer, of: batches, in: folder, memory: 0)
    let tokens = spilled.shape.height * spilled.shape.width
    var histogram = PairHistogram(limits: try limits(layer, batches))
    let pairs = ImagePairs(images: plan.images, tokens: tokens, seed: seed)
    var first: (image: Int, tokens: PairHistogram.Tokens)?
    for pair in pairs.weighted {
      if first?.image != pair.first { first = (pair.first, try load(pair.first, spilled)) }
      let second = try pair.second == pair.first ? first?.tokens : load(pair.second, spilled)
      if let first, let second {
        histogram.add(first.tokens, second, panels: second.panels, weight: pair.weight)
      }
    }
    let bins = PairHistogram.bins
    try folder.save(
      [
        ("counts", NDArray(histogram.counts.map { Int64($0) }, shape: [bins, bins])),
        (
          "limits",
          NDArray([histogram.limits.lowerBound, histogram.limits.upperBound], shape: [2])
        ),
        ("pairs", NDArray([Int64(pairs.pairs.count)], shape: [1])),
        ("dropped", NDArray([Int64(histogram.dropped)], shape: [1])),
      ], as: .histogram(block: block, timestep: timestep))
  }

  private func load(
    _ image: Int, _ spilled: SpilledTokens
  ) throws(ExperimentError) -> PairHistogram.Tokens {
    let map = UnsafeMutablePointer<Float>.allocate(capacity: spilled.shape.count)
    defer { map.deallocate() }
    try spilled.read(image: image, into: map)
    return PairHistogram.Tokens(
      map, count: spilled.shape.height * spilled.shape.width, channels: spilled.channels)
  }

  /// The smallest and largest norm over all images.
  private func limits(
    _ layer: Layer, _ batches: [Extraction]
  ) throws(ExperimentError) -> ClosedRange<Float> {
    var (low, high) = (Float.infinity, -Float.infinity)
    for batch in batches {
      for norm in try folder.result(of: .extract(batch)).floats("norms/\(layer.name)") {
        guard norm.isFinite else {
          throw ExperimentError(
            "\(layer) at timestep \(batch.timestep): a token's norm is \(norm), so there is no"
              + " histogram")
        }
        low = min(low, norm)
        high = max(high, norm)
      }
    }
    return low...high
  }
}
