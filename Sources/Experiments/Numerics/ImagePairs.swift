import Networks

/// Which pairs of images the histograms take.
///
/// All ordered pairs, an image with itself too, where maps are small; of maps of 32 x 32 tokens a
/// tenth, of 64 x 64 a hundredth, as in the thesis, but never fewer than 25 (or all there are) nor
/// more than 250,000. The choice is seeded: 64-bit draws of the seed's Mersenne Twister, high half
/// first, modulo the number of pairs, first come, first kept.
package struct ImagePairs: Sendable {
  /// Ordered pairs, sorted.
  package let pairs: [(first: Int, second: Int)]

  /// How many pairs are taken of `images` images of `tokens` tokens each.
  package static func count(images: Int, tokens: Int) -> Int {
    let all = images * images
    let share = tokens >= 4096 ? 100 : tokens >= 1024 ? 10 : 1
    return min(all, max(25, all / share), 250_000)
  }

  /// The pairs for `images` images of `tokens` tokens each.
  package init(images: Int, tokens: Int, seed: UInt64) {
    let all = images * images
    let wanted = Self.count(images: images, tokens: tokens)
    if wanted == all {
      pairs = (0..<all).map { ($0 / images, $0 % images) }
      return
    }
    var generator = TorchGenerator(seed: seed)
    var kept = Set<Int>()
    while kept.count < wanted {
      kept.insert(Int(generator.next64() % UInt64(all)))
    }
    pairs = kept.sorted().map { ($0 / images, $0 % images) }
  }

  /// Unordered pairs with the number of ordered pairs they stand for: a pair and its reverse give
  /// the same counts.
  package var weighted: [(first: Int, second: Int, weight: UInt64)] {
    var weights: [Int: UInt64] = [:]
    let images = (pairs.map { max($0.first, $0.second) }.max() ?? 0) + 1
    for pair in pairs {
      weights[min(pair.first, pair.second) * images + max(pair.first, pair.second), default: 0] += 1
    }
    return weights.sorted { $0.key < $1.key }
      .map { ($0.key / images, $0.key % images, $0.value) }
  }
}
