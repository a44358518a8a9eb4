import Kernels

/// A convolution to try.
struct ConvolutionCase: Sendable {
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  let typical: Int
  let stride: Int
  let padding: Padding
  let mode: PaddingMode

  func weights(_ random: inout SplitMix) -> ConvolutionWeights {
    let scale = 1 / Float(9 * inputs).squareRoot()
    return ConvolutionWeights(
      values: random.values(outputs * inputs * 9).map { $0 * scale },
      bias: random.values(outputs), outputs: outputs, inputs: inputs, stride: stride,
      padding: padding, mode: mode, typicalHeight: typical, typicalWidth: typical)
  }
}

/// The SplitMix64 generator: small, and the same everywhere.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// Values in -1 ..< 1.
  mutating func values(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23) }
  }

  mutating func map(_ height: Int, _ width: Int, _ channels: Int, offset: Float = 0) -> FeatureMap {
    FeatureMap(
      height: height, width: width, channels: channels,
      values: values(height * width * channels).map { $0 + offset })
  }

  mutating func linear(inputs: Int, outputs: Int, tokens: Int) -> LinearWeights {
    let scale = 1 / Float(inputs).squareRoot()
    return LinearWeights(
      values: values(outputs * inputs).map { $0 * scale },
      bias: tokens % 2 == 0 ? nil : values(outputs), outputs: outputs, inputs: inputs,
      typicalTokens: tokens)
  }

  mutating func groupNorm(channels: Int, groups: Int) -> GroupNorm {
    GroupNorm(
      groups: groups, epsilon: 1e-5, scale: values(channels).map { $0 + 1.5 },
      shift: values(channels))
  }

  mutating func layerNorm(channels: Int) -> LayerNorm {
    LayerNorm(epsilon: 1e-5, scale: values(channels).map { $0 + 1.5 }, shift: values(channels))
  }
}
