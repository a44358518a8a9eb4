import DNNLKernels
import Kernels
import TestSupport
import Testing

/// Attention in bf16 against ``PortableKernels``: tiles, their padding, and maxima that rise.
///
/// bf16 keeps 8 bits: queries, keys, values and weights are off by up to 2^-9 each, sums by less.
@Suite(
  .enabled(
    if: DNNLKernels.Machine.current.hasFastBFloat16, "this processor has no bf16 instructions"))
struct HalfAttentionTests {
  let half = DNNLKernels(precision: .bfloat16)
  let plain = PortableKernels()
  static let tolerance = 1e-2

  @Test(arguments: [8, 13, 40, 64, 80, 100, 160], [1, 17, 100, 300])
  func `any width and number of tokens`(width: Int, tokens: Int) {
    var random = SplitMix(state: 8)
    let heads = 2
    let all = random.map(tokens, 1, 3 * heads * width)
    for causal in [false, true] {
      expectNear(
        half.selfAttention(all, heads: heads, causal: causal),
        plain.selfAttention(all, heads: heads, causal: causal))
    }
    let query = random.map(tokens, 1, heads * width)
    for keys in [1, 77, 130, 257] {
      let text = random.map(keys, 1, 2 * heads * width)
      expectNear(
        half.crossAttention(query, half.keyValues(text, heads: heads)),
        plain.crossAttention(query, plain.keyValues(text, heads: heads)))
    }
  }

  /// Keys that point the queries' way more and more: every block of them has a larger maximum, from
  /// ones that never need raising to ones beyond what a float32's integers hold.
  ///
  /// Keys are exact in bf16 and alike in pairs, so that what rounding does to a query hardly changes
  /// how two scores compare: the tolerance is that of any attention.
  @Test(arguments: [1.0 / 64, 1.0 / 8, 1, 16, 16_384] as [Float], [40, 64])
  func `scores that rise by far`(growth: Float, width: Int) {
    var random = SplitMix(state: 9)
    let tokens = 300
    var values = random.values(tokens * 3 * width)
    for token in 0..<tokens {
      let key = Float(token - token % 2) * growth
      for channel in 0..<width {
        let place = token * 3 * width + channel
        values[place] = (values[place] + 3) / 4
        values[place + width] = key
      }
    }
    let all = FeatureMap(height: tokens, width: 1, channels: 3 * width, values: values)
    for causal in [false, true] {
      expectNear(
        half.selfAttention(all, heads: 1, causal: causal),
        plain.selfAttention(all, heads: 1, causal: causal))
    }
  }

  private func expectNear(
    _ found: FeatureMap, _ expected: FeatureMap, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      relativeDistance(found.values, expected.values) <= Self.tolerance,
      sourceLocation: sourceLocation)
  }
}
