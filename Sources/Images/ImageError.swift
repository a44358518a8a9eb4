public import Files

/// An image that could not be read or written, as one sentence.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// What kind of failure it was, for callers that treat them apart.
  public enum Kind: Sendable, Equatable {
    /// The system refused: missing, no permission, disk full.
    case file
    /// The bytes end before the picture does.
    case truncated
    /// The bytes break the format's rules.
    case corrupt
    /// Neither PNG nor JPEG, or a kind of them that Pillow refuses too.
    case unsupported
    /// More pixels than ``ImageLimits`` allows.
    case tooLarge
  }

  /// The path or name of the image as the caller gave it.
  public let path: String
  /// What kind of failure it was.
  public let kind: Kind
  /// One sentence: which file, what was expected, what was found.
  public let description: String

  /// An error about `path` with the rest of its sentence.
  public init(_ path: String, _ kind: Kind, _ rest: String) {
    self.path = path
    self.kind = kind
    description = "\(path): \(rest)"
  }

  /// An error of the file system, passed on.
  public init(_ error: FileError) {
    path = error.path
    kind = .file
    description = error.description
  }
}

/// How large a picture may be.
public enum ImageLimits {
  /// The most pixels that are read: Pillow's own limit (`2 * Image.MAX_IMAGE_PIXELS`).
  public static let pixels = 178_956_970
}
