public import Files

/// Bytes of an array: owned, or a slice of a mapped file.
public struct ArrayStorage: Sendable {
  private enum Owner: Sendable {
    case bytes([UInt8])
    case mapped(MappedFile, Range<Int>)
  }
  private let owner: Owner

  /// The number of bytes.
  public var count: Int {
    switch owner {
    case .bytes(let bytes): bytes.count
    case .mapped(_, let range): range.count
    }
  }

  /// Owned bytes.
  public init(_ bytes: [UInt8]) { owner = .bytes(bytes) }

  /// The bytes of `values` as they lie in memory.
  public init<Element: BitwiseCopyable>(copying values: [Element]) {
    owner = .bytes(values.withUnsafeBytes { Array($0) })
  }

  /// `range` of a mapped file, which must lie inside it.
  public init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    owner = .mapped(file, range)
  }

  /// Calls `body` with the bytes, valid only during the call and of any alignment.
  public func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch owner {
    case .bytes(let bytes):
      return try bytes.withUnsafeBytes(body)
    case .mapped(let file, let range):
      return try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
    }
  }
}
