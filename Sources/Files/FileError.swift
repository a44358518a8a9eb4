#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file or folder that could not be used, as one sentence.
public struct FileError: Error, CustomStringConvertible, Equatable {
  /// The path as the caller gave it.
  public let path: String
  /// One sentence: which file, what was tried, what the system said.
  public let description: String

  /// An error with a sentence of its own.
  public init(path: String, _ sentence: String) {
    self.path = path
    description = sentence
  }

  /// An error from the system: path, what was tried, and the text of `code`.
  public init(_ path: String, doing: String, _ code: Int32) {
    self.path = path
    description = "\(path): cannot \(doing): \(String(cString: strerror(code)))"
  }
}
