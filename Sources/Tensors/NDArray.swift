/// An array of any rank: element type, shape, and its elements in row-major order.
///
/// The bytes are native (little endian), contiguous, and may be memory-mapped from a file.
public struct NDArray: Sendable {
  /// The element type.
  public let dtype: DType
  /// The side lengths; empty for a scalar array of one element.
  public let shape: [Int]
  /// The elements, `count * dtype.size` bytes, row-major, little endian.
  public let storage: ArrayStorage

  /// The number of elements.
  public var count: Int { storage.count / dtype.size }

  /// An array over `storage`, which must hold exactly `shape`'s elements.
  public init(dtype: DType, shape: [Int], storage: ArrayStorage) {
    precondition(Shape.byteCount(shape, dtype) == storage.count)
    self.dtype = dtype
    self.shape = shape
    self.storage = storage
  }

  /// A float32 array of the given values, row-major.
  public init(_ values: [Float], shape: [Int]) {
    self.init(dtype: .float32, shape: shape, storage: ArrayStorage(copying: values))
  }

  /// A float64 array of the given values, row-major.
  public init(_ values: [Double], shape: [Int]) {
    self.init(dtype: .float64, shape: shape, storage: ArrayStorage(copying: values))
  }

  /// An int64 array of the given values, row-major.
  public init(_ values: [Int64], shape: [Int]) {
    self.init(dtype: .int64, shape: shape, storage: ArrayStorage(copying: values))
  }

  /// A float16 array of the given values rounded to nearest, ties to even; row-major.
  public init(float16 values: [Float], shape: [Int]) {
    self.init(
      dtype: .float16, shape: shape, storage: ArrayStorage(copying: values.map(Half.float16)))
  }
}

extension NDArray: Equatable {
  /// Whether dtype, shape and every byte agree; so a NaN equals the same NaN, and 0 not -0.
  public static func == (left: NDArray, right: NDArray) -> Bool {
    left.dtype == right.dtype && left.shape == right.shape
      && left.storage.withBytes { a in right.storage.withBytes { b in a.elementsEqual(b) } }
  }
}
