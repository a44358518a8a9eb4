public import Files

/// Why an audit could not be made, as one sentence.
public struct AuditError: Error, CustomStringConvertible, Equatable {
  /// One sentence: which file or option, what was expected, what was found.
  public let description: String

  /// An error of this sentence.
  public init(_ sentence: String) { description = sentence }

  /// The same sentence as the file error's.
  public init(_ error: FileError) { description = error.description }
}
