internal import CKernels
public import Kernels

extension DNNLKernels: Kernels {
  /// See `Kernels`.
  public func pack(_ weights: consuming ConvolutionWeights) -> PackedConvolution {
    PackedConvolution(
      weights, algorithm: ConvolutionAlgorithm(for: weights, precision: effectivePrecision),
      packing)
  }

  /// See `Kernels`.
  public func pack(_ weights: consuming LinearWeights) -> PackedLinear {
    PackedLinear(weights, packing)
  }

  /// See `Kernels`.
  public func groupNorm(
    _ input: FeatureMap, _ norm: GroupNorm, activation: Activation
  ) -> FeatureMap {
    let factors = Factors(input, norm)
    return map(like: input) { target in
      check(
        ck_scale_tokens(
          input.address, input.tokens, input.channels, factors.scale, factors.shift,
          activation.code, target))
    }
  }

  /// See `Kernels`.
  public func layerNorm(_ input: FeatureMap, _ norm: LayerNorm) -> FeatureMap {
    precondition(norm.scale.count == input.channels)
    return map(like: input) { target in
      check(
        ck_layer_norm(
          input.address, input.tokens, input.channels, norm.scale, norm.shift, norm.epsilon,
          target))
    }
  }

  /// See `Kernels`.
  public func activate(_ input: FeatureMap, _ activation: Activation) -> FeatureMap {
    map(like: input) { target in
      check(ck_activate(activation.code, input.address, input.count, target))
    }
  }

  /// See `Kernels`.
  public func geglu(_ input: FeatureMap) -> FeatureMap {
    map(like: input, channels: input.channels / 2) { target in
      check(ck_geglu(input.address, input.tokens, input.channels / 2, target))
    }
  }

  /// See `Kernels`.
  public func add(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    precondition(first.count == second.count)
    return map(like: first) { target in
      check(ck_add(first.address, second.address, first.count, target))
    }
  }

  /// See `Kernels`.
  public func concatenate(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    precondition(first.tokens == second.tokens)
    return map(like: first, channels: first.channels + second.channels) { target in
      check(
        ck_concatenate(
          first.address, first.channels, second.address, second.channels, first.tokens, target))
    }
  }

  /// See `Kernels`.
  public func upsample(_ input: FeatureMap, height: Int, width: Int) -> FeatureMap {
    FeatureMap(height: height, width: width, channels: input.channels) { target in
      check(
        ck_upsample(
          input.address, Int32(input.height), Int32(input.width), input.channels, Int32(height),
          Int32(width), target))
    }
  }

  func map(
    like input: FeatureMap, channels: Int? = nil,
    fill: (UnsafeMutablePointer<Float>) -> Void
  ) -> FeatureMap {
    FeatureMap(
      height: input.height, width: input.width, channels: channels ?? input.channels, fill: fill)
  }
}

/// A group norm of one map as a factor and a summand a channel.
struct Factors {
  let scale: [Float]
  let shift: [Float]

  init(_ input: FeatureMap, _ norm: GroupNorm) {
    let channels = input.channels
    precondition(norm.scale.count == channels)
    var shift: [Float] = []
    scale = [Float](unsafeUninitializedCapacity: channels) { scale, scaleCount in
      shift = [Float](unsafeUninitializedCapacity: channels) { shift, shiftCount in
        if let place = norm.place {
          check(
            ck_group_norm_batch(
              input.address, input.tokens, place.cut(tokens: input.tokens), channels, norm.groups,
              norm.scale, norm.shift, norm.epsilon, scale.baseAddress, shift.baseAddress))
        } else {
          check(
            ck_group_norm(
              input.address, input.tokens, channels, norm.groups, norm.scale, norm.shift,
              norm.epsilon, scale.baseAddress, shift.baseAddress))
        }
        shiftCount = channels
      }
      scaleCount = channels
    }
    self.shift = shift
  }
}

extension Activation {
  var code: ck_activation {
    switch self {
    case .none: CK_IDENTITY
    case .silu: CK_SILU
    case .gelu: CK_GELU
    case .quickGELU: CK_QUICK_GELU
    }
  }
}
