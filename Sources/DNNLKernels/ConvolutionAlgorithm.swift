internal import CKernels
internal import Kernels

/// How a 3x3 convolution is computed.
enum ConvolutionAlgorithm: Sendable, CaseIterable {
  /// oneDNN's direct convolution: weights as large as they are.
  case direct
  /// Winograd's F(2x2, 3x3): 2.25 times fewer products, weights 1.8 times as large.
  case winograd2
  /// Winograd's F(4x4, 3x3): 4 times fewer products, weights 4 times as large.
  case winograd4

  var code: ck_conv_algorithm {
    switch self {
    case .direct: CK_DIRECT
    case .winograd2: CK_WINOGRAD_2
    case .winograd4: CK_WINOGRAD_4
    }
  }

  /// The algorithm for one convolution, by its typical input and not by the input at hand, so that
  /// the same weights always give the same numbers.
  ///
  /// Measured (docs/KERNELS.md): the larger the map, the more each weight is used, and the better
  /// large packed weights pay. Narrow channels leave the transforms nothing to save. In bf16
  /// F(4x4, 3x3) would be faster still, but doubles the error.
  init(for weights: borrowing ConvolutionWeights, precision: DNNLKernels.Precision) {
    let side = min(weights.typicalHeight, weights.typicalWidth)
    let smallest = precision == .bfloat16 ? 6 : 12
    if weights.stride != 1 || min(weights.inputs, weights.outputs) < 32 || side < smallest {
      self = .direct
    } else {
      // One convolution's packed weights may take 150 MB: all but SD's two largest at 32 do.
      let isSmall = weights.inputs * weights.outputs * 36 * 4 <= 150_000_000
      self = precision == .float32 && side >= 28 && isSmall ? .winograd4 : .winograd2
    }
  }
}
