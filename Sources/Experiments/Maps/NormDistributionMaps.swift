package import Layers
package import Tensors

extension TokenMaps {
  /// How the norms of each block's tokens are distributed, over all images.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func normDistributions() throws(ExperimentError) -> NamedArrays {
    var arrays: NamedArrays = []
    for block in tokens.blocks {
      var norms: [[Float]] = []
      for image in 0..<tokens.imageCount {
        norms.append(try tokens.units(of: block, image: image).norms)
      }
      arrays += Self.normDistribution(block, norms)
    }
    return arrays
  }

  /// Of the norms of a block in every image: `<block>/counts` [80], `<block>/edges` [81], equal steps
  /// from 0 to the largest norm, and `<block>/largest` [images], each image's largest norm over its
  /// median norm.
  static func normDistribution(_ block: Layer, _ images: [[Float]]) -> NamedArrays {
    let bins = 80
    let finite = images.joined().filter(\.isFinite).map(Double.init)
    let most = finite.max() ?? 0
    let width = most > 0 ? most / Double(bins) : 1
    var counts = [Int64](repeating: 0, count: bins)
    for norm in finite { counts[min(bins - 1, Int(norm / width))] += 1 }
    let largest = images.map { norms -> Float in
      let sorted = norms.sorted()
      let half = sorted.count / 2
      guard let last = sorted.last else { return .nan }
      let median =
        sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
      return last / median
    }
    return [
      ("\(block.name)/counts", NDArray(counts, shape: [bins])),
      ("\(block.name)/edges", NDArray((0...bins).map { Double($0) * width }, shape: [bins + 1])),
      ("\(block.name)/largest", NDArray(largest, shape: [images.count])),
    ]
  }
}
