public import Files
public import Images
public import Tensors

/// Why labels could not be read, kept or written, as one sentence.
public struct LabelError: Error, CustomStringConvertible, Equatable {
  /// One sentence: which file, what was expected, what was found.
  public let description: String

  /// An error with this sentence.
  public init(_ sentence: String) { description = sentence }

  /// An error of the file system, passed on.
  public init(_ error: FileError) { description = error.description }

  /// An error of an image, passed on.
  public init(_ error: ImageError) { description = error.description }

  /// An error of an array file, passed on.
  public init(_ error: TensorError) { description = error.description }
}

/// Calls `body` and passes a file error on as ``LabelError``.
func passingOn<Result>(
  _ body: () throws(FileError) -> Result
) throws(LabelError) -> Result {
  do throws(FileError) {
    return try body()
  } catch {
    throw LabelError(error)
  }
}
