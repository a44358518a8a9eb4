internal import CKernels
public import Kernels

extension DNNLKernels {
  /// See `Kernels`.
  public func linear(
    _ input: FeatureMap, _ weights: PackedLinear, residual: FeatureMap?
  ) -> FeatureMap {
    precondition(input.channels == weights.inputs)
    precondition((residual?.count ?? 0) == (residual == nil ? 0 : input.tokens * weights.outputs))
    return map(like: input, channels: weights.outputs) { target in
      check(
        ck_linear_run(weights.handle, input.address, input.tokens, residual?.address, target))
      withExtendedLifetime(residual) {}
    }
  }

  /// See `Kernels`.
  ///
  /// The map to twice as many channels is never in memory as a whole.
  public func gatedLinear(
    normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: PackedLinear
  ) -> FeatureMap {
    precondition(input.channels == weights.inputs && weights.outputs % 2 == 0)
    let normal = layerNorm(input, norm)
    return map(like: input, channels: weights.outputs / 2) { target in
      check(ck_linear_run_geglu(weights.handle, normal.address, normal.tokens, target))
      withExtendedLifetime(normal) {}
    }
  }
}
