/// The kernels in plain Swift with SIMD types, on one thread: the reference, and what runs in the
/// browser.
public struct PortableKernels: Kernels, Sendable {
  /// A backend without state.
  public init() {}

  /// A packed 3x3 convolution.
  public struct Convolution: Sendable {
    let matrix: PackedMatrix
    let bias: [Float]
    let inputs: Int
    let stride: Int
    let padding: Padding
    let mode: PaddingMode
  }

  /// A packed linear map.
  public struct Linear: Sendable {
    let matrix: PackedMatrix
    let bias: [Float]?
  }

  /// Packs a convolution: depth is tap by tap, channels fastest.
  public func pack(_ weights: consuming ConvolutionWeights) -> Convolution {
    let inputs = weights.inputs
    let matrix = weights.values.withUnsafeBufferPointer { values in
      PackedMatrix(depth: 9 * inputs, columns: weights.outputs, from: values.baseAddress!) {
        k, column in
        (column * inputs + k % inputs) * 9 + k / inputs
      }
    }
    return Convolution(
      matrix: matrix, bias: weights.bias, inputs: inputs, stride: weights.stride,
      padding: weights.padding, mode: weights.mode)
  }

  /// Packs a linear map.
  public func pack(_ weights: consuming LinearWeights) -> Linear {
    let inputs = weights.inputs
    let matrix = weights.values.withUnsafeBufferPointer { values in
      PackedMatrix(depth: inputs, columns: weights.outputs, from: values.baseAddress!) {
        k, column in
        column * inputs + k
      }
    }
    return Linear(matrix: matrix, bias: weights.bias)
  }

  /// See ``Kernels``.
  public func linear(_ input: FeatureMap, _ weights: Linear, residual: FeatureMap?) -> FeatureMap {
    let depth = weights.matrix.depth
    let columns = weights.matrix.columns
    precondition(input.channels == depth)
    let product = BlockedProduct(matrix: weights.matrix, taps: 1, tapDepth: depth)
    let epilogue = Epilogue(
      bias: weights.bias, channelBias: nil, columns: columns, residual: residual)
    let source = input.address
    return FeatureMap(height: input.height, width: input.width, channels: columns) { output in
      product.run(tokens: input.tokens) { block, rows in
        for token in block { rows[token - block.lowerBound] = source + token * depth }
      } finish: { block, results in
        epilogue.write(block, results, to: output)
      }
    }
  }
}
