extension Kernels {
  /// See ``Kernels``.
  public func convolution(
    normalizing input: FeatureMap, _ norm: GroupNorm, activation: Activation,
    _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    convolution(
      groupNorm(input, norm, activation: activation), weights, channelBias: channelBias,
      residual: residual)
  }

  /// See ``Kernels``.
  public func convolution(
    upsampling input: FeatureMap, height: Int, width: Int, _ weights: Convolution
  ) -> FeatureMap {
    convolution(upsample(input, height: height, width: width), weights)
  }

  /// See ``Kernels``.
  public func linear(
    normalizing input: FeatureMap, _ norm: GroupNorm, _ weights: Linear
  ) -> FeatureMap {
    linear(groupNorm(input, norm, activation: .none), weights)
  }

  /// See ``Kernels``.
  public func linear(
    normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear
  ) -> FeatureMap {
    linear(layerNorm(input, norm), weights)
  }

  /// See ``Kernels``.
  public func linear(
    _ input: FeatureMap, _ weights: Linear, activation: Activation
  ) -> FeatureMap {
    activate(linear(input, weights), activation)
  }

  /// See ``Kernels``.
  public func gatedLinear(
    normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear
  ) -> FeatureMap {
    geglu(linear(normalizing: input, norm, weights))
  }

  /// The convolution of `input`, plus bias.
  public func convolution(_ input: FeatureMap, _ weights: Convolution) -> FeatureMap {
    convolution(input, weights, channelBias: nil, residual: nil)
  }

  /// The linear map of every token of `input`, plus bias.
  public func linear(_ input: FeatureMap, _ weights: Linear) -> FeatureMap {
    linear(input, weights, residual: nil)
  }
}
