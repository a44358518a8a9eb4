public import Files

/// Bytes of an array: owned, or part of a mapped file.
public struct ArrayStorage: Sendable {
  private enum Owner: Sendable {
    case bytes([UInt8])
    case mapped(MappedFile)
  }
  private let owner: Owner
  private let range: Range<Int>

  /// The number of bytes.
  public var count: Int { range.count }

  /// Owned bytes.
  public init(_ bytes: [UInt8]) {
    owner = .bytes(bytes)
    range = 0..<bytes.count
  }

  /// The bytes of `values` as they lie in memory.
  public init<Element: BitwiseCopyable>(copying values: [Element]) {
    self.init(values.withUnsafeBytes { Array($0) })
  }

  /// `range` of a mapped file, which must lie inside it.
  public init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    owner = .mapped(file)
    self.range = range
  }

  private init(_ owner: Owner, _ range: Range<Int>) {
    self.owner = owner
    self.range = range
  }

  /// A part of these bytes, shared and not copied; `part` counts from their start.
  public func slice(_ part: Range<Int>) -> ArrayStorage {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    return ArrayStorage(
      owner, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
  }

  /// Calls `body` with the bytes, valid only during the call and of any alignment.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch owner {
    case .bytes(let bytes):
      return try bytes.withUnsafeBufferPointer { (all) throws(Failure) -> Result in
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(all)[range]))
      }
    case .mapped(let file):
      return try file.withBytes { (all) throws(Failure) -> Result in
        try body(UnsafeRawBufferPointer(rebasing: all[range]))
      }
    }
  }

  /// Lets the system drop what was read of a mapped file from memory; owned bytes stay.
  ///
  /// Bytes that are read again are paged in again.
  package func releasePages() {
    if case .mapped(let file) = owner { file.releasePages(range) }
  }
}
