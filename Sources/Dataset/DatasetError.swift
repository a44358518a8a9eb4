public import Files

/// Why a dataset could not be made, as one sentence.
public struct DatasetError: Error, CustomStringConvertible, Equatable {
  /// One sentence: which source, class or file, what was expected, what was found.
  public let description: String

  /// An error with this sentence.
  public init(_ sentence: String) { description = sentence }

  /// An error of the file system, passed on.
  public init(_ error: FileError) { description = error.description }
}
