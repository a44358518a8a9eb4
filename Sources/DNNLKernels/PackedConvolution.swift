internal import CKernels
internal import Kernels

/// The packed weights of a 3x3 convolution.
///
/// `@unchecked Sendable`: the C side runs one call at a time.
public final class PackedConvolution: @unchecked Sendable {
  let handle: OpaquePointer
  let outputs: Int
  let inputs: Int
  /// The bytes that the packed weights take.
  public var byteCount: Int { ck_conv_bytes(handle) }
  private let stride: Int
  private let padding: Padding

  init(
    _ weights: borrowing ConvolutionWeights, algorithm: ConvolutionAlgorithm, _ kind: ck_precision
  ) {
    outputs = weights.outputs
    inputs = weights.inputs
    stride = weights.stride
    padding = weights.padding
    let shape = ck_conv_shape(
      inputs: Int32(inputs), outputs: Int32(outputs), stride: Int32(stride),
      top: Int32(padding.top), left: Int32(padding.left), bottom: Int32(padding.bottom),
      right: Int32(padding.right), circular: weights.mode == .circular ? 1 : 0)
    var handle: OpaquePointer?
    check(
      ck_conv_new(
        &handle, weights.values, weights.bias, shape, Int32(weights.typicalHeight),
        Int32(weights.typicalWidth), algorithm.code, kind))
    self.handle = handle!
  }

  deinit { ck_conv_free(handle) }

  func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    (
      height: (height + padding.top + padding.bottom - 3) / stride + 1,
      width: (width + padding.left + padding.right - 3) / stride + 1
    )
  }
}

/// The packed weights of a linear map.
///
/// `@unchecked Sendable`: the C side runs one call at a time.
public final class PackedLinear: @unchecked Sendable {
  let handle: OpaquePointer
  let outputs: Int
  let inputs: Int

  init(_ weights: borrowing LinearWeights, _ kind: ck_precision) {
    outputs = weights.outputs
    inputs = weights.inputs
    var handle: OpaquePointer?
    check(
      ck_linear_new(
        &handle, weights.values, weights.bias, outputs, inputs, weights.typicalTokens, kind))
    self.handle = handle!
  }

  deinit { ck_linear_free(handle) }
}

/// The packed keys and values of an attention.
///
/// `@unchecked Sendable`: nothing changes after `init`.
public final class PackedKeyValues: @unchecked Sendable {
  let memory: UnsafeMutableRawPointer
  let shape: ck_keys_shape

  init(_ keyValue: FeatureMap, heads: Int, _ kind: ck_precision) {
    let channels = keyValue.channels / 2
    shape = ck_keys_shape(
      keys: keyValue.tokens, heads: heads, head_width: channels / heads, precision: kind)
    memory = .allocate(byteCount: max(ck_keys_bytes(shape), 1), alignment: 64)
    let source = keyValue.address
    check(ck_keys_pack(source, source + channels, keyValue.channels, shape, memory))
  }

  deinit { memory.deallocate() }
}
