import Foundation
import Kernels
import Testing

/// ``PortableKernels`` against the definitions, written as plain loops in float64.
struct PortableKernelsTests {
  let kernels = PortableKernels()

  /// The largest difference, relative to the largest expected value.
  private func expectClose(
    _ found: FeatureMap, _ expected: [Double], within tolerance: Double = 3e-6,
    at location: SourceLocation = #_sourceLocation
  ) {
    let scale = expected.map { abs($0) }.max() ?? 1
    let worst = zip(found.values, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(found.count == expected.count, sourceLocation: location)
    #expect(worst <= tolerance * scale, sourceLocation: location)
  }

  @Test(arguments: [
    ConvolutionCase(
      height: 5, width: 7, inputs: 3, outputs: 4, typical: 8, stride: 1, padding: .one,
      mode: .zeros),
    ConvolutionCase(
      height: 9, width: 8, inputs: 12, outputs: 17, typical: 8, stride: 2, padding: .one,
      mode: .zeros),
    ConvolutionCase(
      height: 9, width: 8, inputs: 12, outputs: 17, typical: 8, stride: 2,
      padding: .rightAndBottom, mode: .zeros),
    ConvolutionCase(
      height: 4, width: 5, inputs: 330, outputs: 8, typical: 8, stride: 1, padding: .one,
      mode: .circular),
    ConvolutionCase(
      height: 1, width: 1, inputs: 2, outputs: 2, typical: 8, stride: 2, padding: .one,
      mode: .circular),
    ConvolutionCase(
      height: 11, width: 13, inputs: 8, outputs: 3, typical: 8, stride: 2, padding: .one,
      mode: .circular),
  ])
  func `convolution is the sum over nine neighbours`(_ test: ConvolutionCase) {
    var random = SplitMix(state: 11)
    let weights = test.weights(&random)
    let input = random.map(test.height, test.width, test.inputs)
    let size = weights.outputSize(height: test.height, width: test.width)
    let channelBias = random.map(1, 1, test.outputs)
    let residual = random.map(size.height, size.width, test.outputs)
    var expected: [Double] = []
    for row in 0..<size.height {
      for column in 0..<size.width {
        for output in 0..<test.outputs {
          var sum = Double(weights.bias[output]) + Double(channelBias[0, 0, output])
          sum += Double(residual[row, column, output])
          for tap in 0..<9 {
            var y = row * test.stride + tap / 3 - test.padding.top
            var x = column * test.stride + tap % 3 - test.padding.left
            if test.mode == .circular {
              y = (y + test.height) % test.height
              x = (x + test.width) % test.width
            }
            guard y >= 0, y < test.height, x >= 0, x < test.width else { continue }
            for channel in 0..<test.inputs {
              let weight = weights.values[(output * test.inputs + channel) * 9 + tap]
              sum += Double(weight) * Double(input[y, x, channel])
            }
          }
          expected.append(sum)
        }
      }
    }
    expectClose(
      kernels.convolution(
        input, kernels.pack(weights), channelBias: channelBias, residual: residual), expected)
  }

  @Test(arguments: [(1, 5, 3), (67, 20, 12), (130, 700, 8)])
  func `linear is a matrix product`(_ tokens: Int, _ inputs: Int, _ outputs: Int) {
    var random = SplitMix(state: 12)
    let weights = random.linear(inputs: inputs, outputs: outputs, tokens: tokens)
    let input = random.map(tokens, 1, inputs)
    var expected: [Double] = []
    for token in 0..<tokens {
      for output in 0..<outputs {
        var sum = Double(weights.bias?[output] ?? 0)
        for channel in 0..<inputs {
          let weight = weights.values[output * inputs + channel]
          sum += Double(weight) * Double(input[token, 0, channel])
        }
        expected.append(sum)
      }
    }
    expectClose(kernels.linear(input, kernels.pack(weights)), expected)
  }

  @Test(arguments: [(70, 70, 3, 5, true), (1100, 1100, 2, 4, true), (65, 600, 1, 40, false)])
  func `attention is a softmax of scaled products`(
    _ queries: Int, _ keys: Int, _ heads: Int, _ width: Int, _ causal: Bool
  ) {
    var random = SplitMix(state: 13)
    let channels = heads * width
    // Large scores, so that the running maximum changes often.
    let query = random.map(queries, 1, channels, offset: 0.5)
    let key = random.map(keys, 1, channels)
    let value = random.map(keys, 1, channels)
    var expected = [Double](repeating: 0, count: queries * channels)
    for head in 0..<heads {
      for token in 0..<queries {
        var weights: [Double] = []
        for other in 0..<(causal ? token + 1 : keys) {
          var score = 0.0
          for channel in head * width..<(head + 1) * width {
            score += Double(query[token, 0, channel] * 8) * Double(key[other, 0, channel])
          }
          weights.append(exp(score / Double(width).squareRoot()))
        }
        let total = weights.reduce(0, +)
        for channel in head * width..<(head + 1) * width {
          for (other, weight) in weights.enumerated() {
            expected[token * channels + channel] +=
              weight / total * Double(value[other, 0, channel])
          }
        }
      }
    }
    let scaled = FeatureMap(
      tokens: queries, channels: channels, values: query.values.map { $0 * 8 })
    let keyValue = kernels.concatenate(key, value)
    if queries == keys {
      let packed = kernels.concatenate(scaled, keyValue)
      expectClose(kernels.selfAttention(packed, heads: heads, causal: causal), expected)
    }
    if !causal {
      expectClose(
        kernels.crossAttention(scaled, kernels.keyValues(keyValue, heads: heads)), expected)
    }
  }

  @Test(arguments: [(3, 5, 12, 4, 0), (40, 31, 21, 3, 1000)] as [(Int, Int, Int, Int, Float)])
  func `norms have mean 0 and variance 1`(
    _ height: Int, _ width: Int, _ channels: Int, _ groups: Int, _ offset: Float
  ) {
    var random = SplitMix(state: 14)
    let input = random.map(height, width, channels, offset: offset)
    let norm = random.groupNorm(channels: channels, groups: groups)
    let layerNorm = random.layerNorm(channels: channels)
    let values = input.values.map { Double($0) }
    var grouped = values
    let size = channels / groups
    for group in 0..<groups {
      let places = values.indices.filter { $0 % channels / size == group }
      normalise(&grouped, places)
    }
    var layered = values
    for token in 0..<height * width {
      normalise(&layered, Array(token * channels..<(token + 1) * channels))
    }
    for place in values.indices {
      let channel = place % channels
      grouped[place] = grouped[place] * Double(norm.scale[channel]) + Double(norm.shift[channel])
      grouped[place] /= 1 + exp(-grouped[place])
      layered[place] =
        layered[place] * Double(layerNorm.scale[channel]) + Double(layerNorm.shift[channel])
    }
    // With a mean of 1000, float32 inputs leave 1e-4 of the deviation.
    let tolerance = offset == 0 ? 3e-6 : 3e-4
    expectClose(kernels.groupNorm(input, norm, activation: .silu), grouped, within: tolerance)
    expectClose(kernels.layerNorm(input, layerNorm), layered, within: tolerance)
  }

  private func normalise(_ values: inout [Double], _ places: [Int]) {
    let mean = places.reduce(0) { $0 + values[$1] } / Double(places.count)
    let variance = places.reduce(0) { $0 + pow(values[$1] - mean, 2) } / Double(places.count)
    for place in places { values[place] = (values[place] - mean) / (variance + 1e-5).squareRoot() }
  }

  // torch: F.interpolate(torch.arange(float(n))[None, None], size=m, mode="nearest")
  @Test(
    arguments: [
      (3, [0, 1, 2, 3, 4], [0, 0, 1, 1, 2]), (2, [0, 1, 2], [0, 0, 1]),
      (31, Array(0..<61).suffix(3), [29, 29, 30]),
    ] as [(Int, [Int], [Int])])
  func `upsampling takes torch's nearest source`(
    _ stored: Int, _ places: [Int], _ expected: [Int]
  ) {
    let map = FeatureMap(
      height: 1, width: stored, channels: 1, values: (0..<stored).map { Float($0) })
    let wide = kernels.upsample(map, height: 1, width: (places.last ?? 0) + 1)
    #expect(places.map { Int(wide[0, $0, 0]) } == expected)
  }

  @Test func `copies of a map do not see each other's changes`() {
    let first = FeatureMap(height: 1, width: 2, channels: 1, values: [1, 2])
    var second = first
    second.withMutableValues { $0[0] = 5 }
    #expect(first.values == [1, 2])
    #expect(second.values == [5, 2])
    #expect(kernels.add(first, second).values == [6, 4])
    #expect(kernels.geglu(FeatureMap(tokens: 1, channels: 2, values: [3, 0])).values == [0])
  }
}
