import CKernels
import Networks

/// Lloyd's k-means over tokens, started as k-means++ (Arthur and Vassilvitskii 2007) from a seed.
///
/// Of several starts the one of least inertia is kept, so that the result hardly depends on the
/// seed or on the last bits of the tokens.
package struct KMeans: Equatable, Sendable {
  /// Clusters, as in the thesis.
  package static let count = 6
  private static let starts = 4
  private static let iterations = 60

  /// The cluster of each token: 0 is the largest cluster, then by size.
  package let clusters: [Int]
  /// The sum of squared distances of tokens to their cluster's mean.
  package let inertia: Double

  /// Clusters tokens of `channels` values each, which must be finite.
  package init(_ values: [Float], channels: Int, seed: UInt64) {
    var generator = TorchGenerator(seed: seed)
    let tokens = KMeansTokens(values, channels: channels)
    var best: (assigned: [Int], inertia: Double) = ([], .infinity)
    for _ in 0..<Self.starts {
      let found = Self.search(tokens, &generator)
      if found.inertia < best.inertia { best = found }
    }
    inertia = best.inertia
    var sizes = [Int](repeating: 0, count: Self.count)
    for cluster in best.assigned { sizes[cluster] += 1 }
    // Named by size, then by first token: the same partition always has the same names.
    let first = sizes.indices.map { best.assigned.firstIndex(of: $0) ?? Int.max }
    let order = sizes.indices.sorted { (sizes[$1], first[$0]) < (sizes[$0], first[$1]) }
    var names = sizes
    for (name, cluster) in order.enumerated() { names[cluster] = name }
    clusters = best.assigned.map { names[$0] }
  }

  private static func search(
    _ tokens: KMeansTokens, _ generator: inout TorchGenerator
  ) -> (assigned: [Int], inertia: Double) {
    var centres = tokens.start(count, &generator)
    var assigned: [Int] = []
    var inertia = Double.infinity
    for _ in 0..<iterations {
      let (nearest, distances) = tokens.nearest(of: centres)
      inertia = distances.reduce(0, +)
      if nearest == assigned { break }
      assigned = nearest
      centres = tokens.means(of: assigned, before: centres)
    }
    return (assigned, inertia)
  }
}

/// Tokens with what k-means asks of them.
private struct KMeansTokens {
  let values: [Float]
  let channels: Int
  let squares: [Double]

  var count: Int { squares.count }

  init(_ values: [Float], channels: Int) {
    self.values = values
    self.channels = channels
    squares = stride(from: 0, to: values.count, by: channels).map { start in
      values[start..<start + channels].reduce(0) { $0 + Double($1) * Double($1) }
    }
  }

  /// k-means++: each next centre a token, drawn with the square of its distance to those before.
  func start(_ wanted: Int, _ generator: inout TorchGenerator) -> [[Float]] {
    guard count > 0 else { return [] }
    var centres = [token(Int(generator.next64() % UInt64(count)))]
    while centres.count < wanted {
      let distances = nearest(of: centres).distances
      var rest = generator.uniformDouble() * distances.reduce(0, +)
      let place = distances.firstIndex { distance in
        rest -= distance
        return rest < 0
      }
      centres.append(token(place ?? count - 1))
    }
    return centres
  }

  func token(_ index: Int) -> [Float] {
    Array(values[index * channels..<(index + 1) * channels])
  }

  /// The nearest centre of every token, ties the first, and its squared distance.
  func nearest(of centres: [[Float]]) -> (assigned: [Int], distances: [Double]) {
    var panel = [Float](repeating: 0, count: 32 * channels)
    let flat = centres.flatMap(\.self)
    unetlens_pack_panels(flat, centres.count, channels, &panel)
    var products = [Float](repeating: 0, count: count * 32)
    unetlens_tokens_times_panels(values, count, channels, panel, nil, 1, &products)
    let lengths = centres.map { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    var assigned = [Int](repeating: 0, count: count)
    var distances = [Double](repeating: 0, count: count)
    for token in 0..<count {
      var best = (centre: 0, distance: Double.infinity)
      for centre in centres.indices {
        let distance =
          squares[token] - 2 * Double(products[token * 32 + centre]) + lengths[centre]
        if distance < best.distance { best = (centre, distance) }
      }
      assigned[token] = best.centre
      distances[token] = max(0, best.distance)
    }
    return (assigned, distances)
  }

  /// The mean of each cluster's tokens; an empty cluster keeps its centre.
  func means(of assigned: [Int], before: [[Float]]) -> [[Float]] {
    var sums = [[Double]](
      repeating: [Double](repeating: 0, count: channels), count: before.count)
    var sizes = [Int](repeating: 0, count: before.count)
    for (token, cluster) in assigned.enumerated() {
      sizes[cluster] += 1
      for channel in 0..<channels {
        sums[cluster][channel] += Double(values[token * channels + channel])
      }
    }
    return before.indices.map { cluster in
      sizes[cluster] == 0
        ? before[cluster] : sums[cluster].map { Float($0 / Double(sizes[cluster])) }
    }
  }
}
