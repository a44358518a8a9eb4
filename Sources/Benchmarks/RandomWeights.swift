public import Networks

/// Weights made up as they are asked for, of the size that a fresh network has: a network of any
/// configuration without a checkpoint.
public struct RandomWeights: WeightSource, Sendable {
  /// Uniform numbers in -1 ..< 1 that all tensors are cut from.
  private let table: [Float]

  /// Weights that are the same in every run.
  public init() {
    var state: UInt32 = 42
    table = (0..<(1 << 20)).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int32(bitPattern: state)) / Float(1 << 31)
    }
  }

  /// Always true.
  public func contains(_ key: WeightKey) -> Bool { true }

  /// Never: the shape must be known.
  public func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor { throw .missing(key) }

  /// A tensor of `shape`: a matrix or convolution uniform in ±√3/√inputs, so that activations keep
  /// their size; a norm's scale 1, a bias 0.
  public func tensor(
    _ key: WeightKey, expecting shape: [Int]
  ) throws(NetworkError) -> WeightTensor {
    let count = shape.reduce(1, *)
    guard shape.count > 1 else {
      let isBias = key.utf8.last == UInt8(ascii: "s")
      return WeightTensor(shape: shape, values: [Float](repeating: isBias ? 0 : 1, count: count))
    }
    let scale = (3 / Float(count / shape[0])).squareRoot()
    // Another place of the table for each tensor.
    let start = key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & (table.count - 1) }
    let values = [Float](unsafeUninitializedCapacity: count) { target, initialized in
      for index in 0..<count {
        target[index] = table[(start &+ index) & (table.count - 1)] * scale
      }
      initialized = count
    }
    return WeightTensor(shape: shape, values: values)
  }
}
