import DNNLKernels
import Kernels
import Testing

/// Attention in bf16 against ``PortableKernels``: tiles, their padding, and maxima that rise.
struct HalfAttentionTests {
  let half = DNNLKernels(precision: .bfloat16)
  let plain = PortableKernels()

  @Test(arguments: [8, 13, 40, 64, 80, 100, 160], [1, 17, 100, 300])
  func `any width and number of tokens`(width: Int, tokens: Int) {
    var random = SplitMix(state: 8)
    let heads = 2
    let all = random.map(tokens, 1, 3 * heads * width)
    for causal in [false, true] {
      expectNear(
        half.selfAttention(all, heads: heads, causal: causal),
        plain.selfAttention(all, heads: heads, causal: causal), tolerance: 1e-2)
    }
    let query = random.map(tokens, 1, heads * width)
    for keys in [1, 77, 130, 257] {
      let text = random.map(keys, 1, 2 * heads * width)
      expectNear(
        half.crossAttention(query, half.keyValues(text, heads: heads)),
        plain.crossAttention(query, plain.keyValues(text, heads: heads)), tolerance: 1e-2)
    }
  }

  /// Keys that point the queries' way more and more: every block of them has a larger maximum.
  ///
  /// Rounding to bf16 moves a score by 1/500 of it, so that a large one changes its weight by much:
  /// the tolerance is twice what AVX512-BF16 without tiles has.
  @Test(arguments: [(0.1, 3e-2), (1.0, 6e-2), (20.0, 1e-1), (1e4, 3e-1)])
  func `scores that rise by far`(growth: Double, tolerance: Double) {
    var random = SplitMix(state: 9)
    let (width, tokens) = (40, 300)
    var values = random.values(tokens * 3 * width)
    for token in 0..<tokens {
      for channel in 0..<width {
        let place = token * 3 * width + channel
        values[place] = (values[place] + 3) / 4
        values[place + width] = (values[place + width] + 31) / 32 * Float(token) * Float(growth)
      }
    }
    let all = FeatureMap(height: tokens, width: 1, channels: 3 * width, values: values)
    for causal in [false, true] {
      expectNear(
        half.selfAttention(all, heads: 1, causal: causal),
        plain.selfAttention(all, heads: 1, causal: causal), tolerance: tolerance)
    }
  }

  private func expectNear(
    _ found: FeatureMap, _ expected: FeatureMap, tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    var difference = 0.0
    var size = 0.0
    for (a, b) in zip(found.values, expected.values) {
      difference += Double(a - b) * Double(a - b)
      size += Double(b) * Double(b)
    }
    let distance = (difference / max(size, 1e-30)).squareRoot()
    #expect(distance <= tolerance, sourceLocation: sourceLocation)
  }
}
