/// A tensor read from a checkpoint, as float32.
public struct WeightTensor: Sendable {
  /// The side lengths.
  public let shape: [Int]
  /// The values, row-major.
  public var values: [Float]

  /// A tensor of `values`; their number must be the product of `shape`.
  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *))
    self.shape = shape
    self.values = values
  }
}

/// Where a network's weights come from, by the names that diffusers and transformers give them.
///
/// The networks read one tensor at a time, pack it, and let the plain values go.
public protocol WeightSource {
  /// Whether there is a tensor of this name.
  func contains(_ key: WeightKey) -> Bool
  /// Reads a tensor: ``NetworkError/missing(_:)`` when there is none of this name,
  /// ``NetworkError/unreadable(_:reason:)`` when it can't be read.
  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor
  /// The same for a network that will accept `shape` only: a source that makes its tensors up,
  /// rather than reading them, needs to know. By default ``tensor(_:)``.
  func tensor(_ key: WeightKey, expecting shape: [Int]) throws(NetworkError) -> WeightTensor
}

extension WeightSource {
  /// What ``tensor(_:)`` gives, whatever its shape.
  public func tensor(
    _ key: WeightKey, expecting shape: [Int]
  ) throws(NetworkError) -> WeightTensor {
    try tensor(key)
  }
}
