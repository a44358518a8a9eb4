import Kernels

/// Reads tensors of a checkpoint, checks their shapes, and packs them for a backend.
///
/// The source's type is erased, so that the networks' code is compiled once for all of them.
struct WeightReader<K: Kernels> {
  let kernels: K
  private let tensor: (WeightKey, [Int]) throws(NetworkError) -> WeightTensor
  /// Whether the source has a tensor of this name.
  let contains: (WeightKey) -> Bool

  init(kernels: K, source: some WeightSource) {
    self.kernels = kernels
    tensor = { (key, shape) throws(NetworkError) in try source.tensor(key, expecting: shape) }
    contains = { source.contains($0) }
  }

  /// The tensor's values, if it has `shape`.
  func values(_ key: WeightKey, shape: [Int]) throws(NetworkError) -> [Float] {
    let tensor = try tensor(key, shape)
    guard tensor.shape == shape else {
      throw .shape(key, expected: shape, found: tensor.shape)
    }
    return tensor.values
  }

  /// The values of `[outputs, inputs]`, also where they are stored as a 1x1 convolution's.
  private func matrix(
    _ key: WeightKey, outputs: Int, inputs: Int
  ) throws(NetworkError) -> [Float] {
    let tensor = try tensor(key, [outputs, inputs])
    guard tensor.shape == [outputs, inputs] || tensor.shape == [outputs, inputs, 1, 1] else {
      throw .shape(key, expected: [outputs, inputs], found: tensor.shape)
    }
    return tensor.values
  }

  /// A linear map, or a 1x1 convolution, which is the same token by token.
  func linear(
    _ key: WeightKey, inputs: Int, outputs: Int, hasBias: Bool = true, tokens: Int
  ) throws(NetworkError) -> K.Linear {
    try linear([key], inputs: inputs, outputsOfEach: outputs, hasBias: hasBias, tokens: tokens)
  }

  /// Several linear maps of one input, as one whose outputs follow each other.
  func linear(
    _ keys: [WeightKey], inputs: Int, outputsOfEach outputs: Int, hasBias: Bool, tokens: Int
  ) throws(NetworkError) -> K.Linear {
    var values: [Float] = []
    var bias: [Float] = []
    for key in keys {
      let part = try matrix(key["weight"], outputs: outputs, inputs: inputs)
      if keys.count == 1 { values = part } else { values += part }
      if hasBias { bias += try self.values(key["bias"], shape: [outputs]) }
    }
    return kernels.pack(
      LinearWeights(
        values: values, bias: hasBias ? bias : nil, outputs: outputs * keys.count, inputs: inputs,
        typicalTokens: tokens))
  }

  /// A 3x3 convolution for inputs of mostly `size` x `size`.
  func convolution(
    _ key: WeightKey, inputs: Int, outputs: Int, stride: Int = 1, padding: Padding = .one,
    mode: PaddingMode, size: Int
  ) throws(NetworkError) -> K.Convolution {
    kernels.pack(
      ConvolutionWeights(
        values: try values(key["weight"], shape: [outputs, inputs, 3, 3]),
        bias: try values(key["bias"], shape: [outputs]), outputs: outputs, inputs: inputs,
        stride: stride, padding: padding, mode: mode, typicalHeight: size, typicalWidth: size))
  }

  /// A group norm over `channels`.
  func groupNorm(
    _ key: WeightKey, channels: Int, groups: Int, epsilon: Float
  ) throws(NetworkError) -> GroupNorm {
    guard groups > 0, channels % groups == 0 else {
      throw .unsupported("norm_num_groups does not divide the channels")
    }
    return GroupNorm(
      groups: groups, epsilon: epsilon, scale: try values(key["weight"], shape: [channels]),
      shift: try values(key["bias"], shape: [channels]))
  }

  /// A layer norm over `channels`.
  func layerNorm(
    _ key: WeightKey, channels: Int, epsilon: Float = 1e-5
  ) throws(NetworkError) -> LayerNorm {
    LayerNorm(
      epsilon: epsilon, scale: try values(key["weight"], shape: [channels]),
      shift: try values(key["bias"], shape: [channels]))
  }
}
