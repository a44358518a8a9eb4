internal import CKernels
public import Kernels

extension DNNLKernels {
  /// See `Kernels`.
  public func convolution(
    _ input: FeatureMap, _ weights: PackedConvolution, channelBias: FeatureMap?,
    residual: FeatureMap?
  ) -> FeatureMap {
    run(Source(map: input), weights, channelBias: channelBias, residual: residual)
  }

  /// See `Kernels`.
  ///
  /// The norm and the activation happen as the convolution reads its input.
  public func convolution(
    normalizing input: FeatureMap, _ norm: GroupNorm, activation: Activation,
    _ weights: PackedConvolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    var source = Source(map: input)
    source.factors = Factors(input, norm)
    source.activation = activation
    return run(source, weights, channelBias: channelBias, residual: residual)
  }

  /// See `Kernels`.
  ///
  /// The larger map is never in memory.
  public func convolution(
    upsampling input: FeatureMap, height: Int, width: Int, _ weights: PackedConvolution
  ) -> FeatureMap {
    var source = Source(map: input)
    source.height = height
    source.width = width
    return run(source, weights, channelBias: nil, residual: nil)
  }

  /// What a convolution reads: a map, normalised, activated and interpolated.
  private struct Source {
    let map: FeatureMap
    var factors: Factors?
    var activation = Activation.none
    var height: Int
    var width: Int

    init(map: FeatureMap) {
      self.map = map
      height = map.height
      width = map.width
    }
  }

  private func run(
    _ source: Source, _ weights: PackedConvolution, channelBias: FeatureMap?,
    residual: FeatureMap?
  ) -> FeatureMap {
    precondition(source.map.channels == weights.inputs)
    let size = weights.outputSize(height: source.height, width: source.width)
    precondition((channelBias?.count ?? weights.outputs) == weights.outputs)
    precondition(
      (residual?.count ?? size.height * size.width * weights.outputs)
        == size.height * size.width * weights.outputs)
    return FeatureMap(height: size.height, width: size.width, channels: weights.outputs) {
      target in
      withOptional(source.factors?.scale) { scale in
        withOptional(source.factors?.shift) { shift in
          var arguments = ck_conv_run_arguments(
            x: source.map.address, height: Int32(source.map.height),
            width: Int32(source.map.width), scale: scale, shift: shift,
            activation: source.activation.code, sampled_height: Int32(source.height),
            sampled_width: Int32(source.width), channel_bias: channelBias?.address,
            residual: residual?.address, y: target)
          check(ck_conv_run(weights.handle, &arguments))
        }
      }
      withExtendedLifetime((source, channelBias, residual)) {}
    }
  }

  private func withOptional(
    _ values: [Float]?, _ body: (UnsafePointer<Float>?) -> Void
  ) {
    guard let values else { return body(nil) }
    values.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
