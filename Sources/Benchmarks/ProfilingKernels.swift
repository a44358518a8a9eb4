public import Kernels

/// Kernels that count and time what a network asks of other kernels.
public struct ProfilingKernels<Base: Kernels>: Kernels {
  /// Packed weights and their shape.
  public struct Sized<Weights> {
    let weights: Weights
    let inputs: Int
    let outputs: Int
    /// 9 for a 3x3 convolution, 1 for a linear map.
    let taps: Int
    let stride: Int
  }

  /// A convolution.
  public typealias Convolution = Sized<Base.Convolution>
  /// A linear map.
  public typealias Linear = Sized<Base.Linear>
  /// Keys and values, and how many.
  public struct KeyValues {
    let packed: Base.KeyValues
    let tokens: Int
  }

  private let base: Base
  /// What was counted so far.
  public let profile = Profile()

  /// Counts what is asked of `base`.
  public init(_ base: Base) { self.base = base }

  /// See `Kernels`.
  public func pack(_ weights: consuming ConvolutionWeights) -> Convolution {
    let (inputs, outputs, stride) = (weights.inputs, weights.outputs, weights.stride)
    return Sized(
      weights: base.pack(weights), inputs: inputs, outputs: outputs, taps: 9, stride: stride)
  }

  /// See `Kernels`.
  public func pack(_ weights: consuming LinearWeights) -> Linear {
    let (inputs, outputs) = (weights.inputs, weights.outputs)
    return Sized(weights: base.pack(weights), inputs: inputs, outputs: outputs, taps: 1, stride: 1)
  }

  /// Times an operation with weights; its floating-point operations are two a weight and token.
  private func time<W>(
    _ name: String, _ weights: Sized<W>, _ body: () -> FeatureMap
  ) -> FeatureMap {
    profile.time("\(name)\(weights.stride == 2 ? " s2" : "")", body) { output in
      let tokens = output.tokens
      return (
        "\(weights.inputs) -> \(weights.outputs) on \(tokens)",
        2 * Double(tokens) * Double(weights.inputs * weights.outputs * weights.taps), true
      )
    }
  }

  private func time(
    _ name: String, operations: Double = 0, _ body: () -> FeatureMap
  ) -> FeatureMap {
    profile.time(name, body) { output in
      ("\(output.channels) on \(output.tokens)", operations, false)
    }
  }

  /// See `Kernels`.
  public func convolution(
    _ input: FeatureMap, _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    time("convolution", weights) {
      base.convolution(input, weights.weights, channelBias: channelBias, residual: residual)
    }
  }

  /// See `Kernels`.
  public func convolution(
    normalizing input: FeatureMap, _ norm: GroupNorm, activation: Activation,
    _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    time("convolution", weights) {
      base.convolution(
        normalizing: input, norm, activation: activation, weights.weights,
        channelBias: channelBias, residual: residual)
    }
  }

  /// See `Kernels`.
  public func convolution(
    upsampling input: FeatureMap, height: Int, width: Int, _ weights: Convolution
  ) -> FeatureMap {
    time("convolution", weights) {
      base.convolution(upsampling: input, height: height, width: width, weights.weights)
    }
  }

  /// See `Kernels`.
  public func linear(
    _ input: FeatureMap, _ weights: Linear, residual: FeatureMap?
  ) -> FeatureMap {
    time("linear", weights) { base.linear(input, weights.weights, residual: residual) }
  }

  /// See `Kernels`.
  public func linear(
    _ input: FeatureMap, _ weights: Linear, activation: Activation
  ) -> FeatureMap {
    time("linear", weights) { base.linear(input, weights.weights, activation: activation) }
  }

  /// See `Kernels`.
  public func linear(
    normalizing input: FeatureMap, _ norm: GroupNorm, _ weights: Linear
  ) -> FeatureMap {
    time("linear", weights) { base.linear(normalizing: input, norm, weights.weights) }
  }

  /// See `Kernels`.
  public func linear(
    normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear
  ) -> FeatureMap {
    time("linear", weights) { base.linear(normalizing: input, norm, weights.weights) }
  }

  /// See `Kernels`.
  public func gatedLinear(
    normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear
  ) -> FeatureMap {
    time("gated linear", weights) {
      base.gatedLinear(normalizing: input, norm, weights.weights)
    }
  }

  /// See `Kernels`.
  public func groupNorm(
    _ input: FeatureMap, _ norm: GroupNorm, activation: Activation
  ) -> FeatureMap {
    time("group norm") { base.groupNorm(input, norm, activation: activation) }
  }

  /// See `Kernels`.
  public func layerNorm(_ input: FeatureMap, _ norm: LayerNorm) -> FeatureMap {
    time("layer norm") { base.layerNorm(input, norm) }
  }

  /// See `Kernels`.
  public func selfAttention(
    _ queryKeyValue: FeatureMap, heads: Int, causal: Bool
  ) -> FeatureMap {
    let tokens = Double(queryKeyValue.tokens)
    let operations = 4 * tokens * tokens * Double(queryKeyValue.channels / 3)
    return time("self-attention", operations: operations) {
      base.selfAttention(queryKeyValue, heads: heads, causal: causal)
    }
  }

  /// See `Kernels`.
  public func keyValues(_ keyValue: FeatureMap, heads: Int) -> KeyValues {
    KeyValues(packed: base.keyValues(keyValue, heads: heads), tokens: keyValue.tokens)
  }

  /// See `Kernels`.
  public func crossAttention(_ query: FeatureMap, _ keyValues: KeyValues) -> FeatureMap {
    time("cross-attention", operations: 4 * Double(query.count * keyValues.tokens)) {
      base.crossAttention(query, keyValues.packed)
    }
  }

  /// See `Kernels`.
  public func activate(_ input: FeatureMap, _ activation: Activation) -> FeatureMap {
    time("activation") { base.activate(input, activation) }
  }

  /// See `Kernels`.
  public func geglu(_ input: FeatureMap) -> FeatureMap { time("geglu") { base.geglu(input) } }

  /// See `Kernels`.
  public func add(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    time("add") { base.add(first, second) }
  }

  /// See `Kernels`.
  public func concatenate(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    time("concatenate") { base.concatenate(first, second) }
  }

  /// See `Kernels`.
  public func upsample(_ input: FeatureMap, height: Int, width: Int) -> FeatureMap {
    time("upsample") { base.upsample(input, height: height, width: width) }
  }
}
