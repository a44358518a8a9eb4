/// A figure that could not be made, as one sentence.
public struct FigureError: Error, CustomStringConvertible, Equatable {
  /// What kind of failure it was.
  public enum Reason: Sendable {
    /// A folder or file could not be read or written.
    case file
    /// An array is there but is not what the figure needs.
    case array
    /// A figure or model was asked for by name but its arrays are absent.
    case absent
    /// No figure or model has the name.
    case unknownName
    /// The bundled font has no glyph for a character.
    case glyph
    /// A size or resolution is out of range.
    case size
    /// Cairo, FreeType or libpng failed.
    case drawing
  }

  /// What kind of failure it was.
  public let reason: Reason
  /// One sentence: which file, what was expected, what was found.
  public let description: String

  /// An error with its sentence.
  public init(_ reason: Reason, _ sentence: String) {
    self.reason = reason
    description = sentence
  }
}
