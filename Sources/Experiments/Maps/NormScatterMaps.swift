import CKernels
package import Layers
import Networks
import Synchronization
import Tensors

extension TokenMaps {
  /// The most tokens that a scatter shows, as in the thesis.
  static var scatterTokens: Int { 10_000 }

  /// Norms of tokens and of their most similar matches in other images, each relative to its
  /// image's largest norm: `tokens` [K, 2] for a seeded choice of up to 10,000 tokens, and
  /// `largest` [images, 2] for each image's token of largest norm.
  ///
  /// Tokens are drawn as ``ImagePairs`` draws pairs: 64-bit draws modulo the number of tokens, first
  /// come, first kept. Empty where there is no second image to find a match in.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func normScatter(_ block: Layer, seed: UInt64) throws(ExperimentError) -> NamedArrays {
    guard tokens.imageCount > 1, tokens.blocks.contains(block) else { return [] }
    let shape = try tokens.shape(of: block)
    let count = shape.height * shape.width
    let sample = Self.sample(of: count * tokens.imageCount, seed: seed)
    var queries: [Query] = []
    var next = 0
    for image in 0..<tokens.imageCount {
      let units = try tokens.units(of: block, image: image)
      let most = units.norms.max() ?? 0
      var places: [Int] = []
      while next < sample.count, sample[next] / count == image {
        places.append(sample[next] % count)
        next += 1
      }
      let largest = units.norms.firstIndex(of: most) ?? 0
      queries.append(Query(units, image: image, places: places + [largest], largest: most))
    }
    for image in 0..<tokens.imageCount {
      let units = try tokens.units(of: block, image: image)
      try Self.match(&queries, with: units, image: image)
    }
    let drawn = queries.flatMap { $0.pairs.dropLast().flatMap(\.self) }
    let largest = queries.flatMap { $0.pairs.last ?? [] }
    return [
      ("tokens", NDArray(float16: drawn, shape: [drawn.count / 2, 2])),
      ("largest", NDArray(float16: largest, shape: [largest.count / 2, 2])),
    ]
  }

  /// Tokens of one image that look for their matches in others.
  private struct Query: Sendable {
    let image: Int
    /// [count, channels], unit vectors.
    let units: [Float]
    /// Relative norms.
    let norms: [Float]
    /// The best so far.
    var matches: [Match]

    init(_ tokens: UnitTokens, image: Int, places: [Int], largest: Float) {
      self.image = image
      units = places.flatMap { tokens.token($0) }
      norms = places.map { largest > 0 ? tokens.norms[$0] / largest : 0 }
      matches = places.map { _ in Match() }
    }

    /// [own norm, match's norm] of every token, in order.
    var pairs: [[Float]] { zip(norms, matches).map { [$0, $1.norm] } }

    /// The matches once the tokens of another image, packed in `panels`, are looked at too; ties: the
    /// first.
    func best(of panels: [Float], channels: Int, norms: [Float]) -> [Match] {
      let panelCount = panels.count / (32 * channels)
      let rows = 48
      var similarities = [Float](repeating: 0, count: rows * panelCount * 32)
      var matches = matches
      for first in stride(from: 0, to: matches.count, by: rows) {
        let count = min(rows, matches.count - first)
        units.withUnsafeBufferPointer { units in
          guard let start = units.baseAddress else { return }
          unetlens_tokens_times_panels(
            start + first * channels, count, channels, panels, nil, panelCount, &similarities)
        }
        for row in 0..<count {
          var match = matches[first + row]
          for (token, norm) in norms.enumerated() {
            let similarity = similarities[row * panelCount * 32 + token]
            if similarity > match.similarity { match = Match(similarity: similarity, norm: norm) }
          }
          matches[first + row] = match
        }
      }
      return matches
    }
  }

  /// A token's most similar one: how similar, and its relative norm.
  private struct Match: Sendable {
    var similarity = -Float.infinity
    var norm: Float = 0
  }

  /// `scatterTokens` distinct numbers below `total`, ascending; all where there are no more.
  private static func sample(of total: Int, seed: UInt64) -> [Int] {
    if total <= scatterTokens { return Array(0..<total) }
    var generator = TorchGenerator(seed: seed)
    var kept = Set<Int>()
    while kept.count < scatterTokens { kept.insert(Int(generator.next64() % UInt64(total))) }
    return kept.sorted()
  }

  /// Compares the queries of all other images with the tokens of one, on every core.
  private static func match(
    _ queries: inout [Query], with units: UnitTokens, image: Int
  ) throws(ExperimentError) {
    let panels = units.tokens.panels
    let most = units.norms.max() ?? 0
    let norms = units.norms.map { most > 0 ? $0 / most : 0 }
    let (current, channels) = (queries, units.shape.channels)
    let found = Mutex<[Int: [Match]]>([:])
    try Workers().run(current.count) { _ in
    } body: { place in
      guard current[place].image != image else { return }
      let best = current[place].best(of: panels, channels: channels, norms: norms)
      found.withLock { $0[place] = best }
    }
    for (place, best) in found.withLock({ $0 }) { queries[place].matches = best }
  }
}
