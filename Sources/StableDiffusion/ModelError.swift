public import Files

/// Why a checkpoint could not be found, read or run, as one sentence.
public struct ModelError: Error, CustomStringConvertible, Equatable {
  /// One sentence: which file or name, what was expected, what was found.
  public let description: String

  /// An error with this sentence.
  public init(_ sentence: String) { description = sentence }

  /// A file's error, its sentence unchanged.
  public init(_ error: FileError) { description = error.description }
}
