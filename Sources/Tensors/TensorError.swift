package import Files

/// A file of arrays that could not be read or written, as one sentence.
public struct TensorError: Error, CustomStringConvertible, Equatable {
  /// The path as the caller gave it.
  public let path: String
  /// The array's name inside the file, where the fault is in one array.
  public let array: String?
  /// What was expected and what was found, without path and name.
  public let reason: String

  /// An error about `path`, or about `array` in it.
  public init(path: String, array: String? = nil, _ reason: String) {
    self.path = path
    self.array = array
    self.reason = reason
  }

  /// An error that the file system gave.
  package init(_ error: FileError) {
    path = error.path
    array = nil
    reason =
      error.description.hasPrefix("\(error.path): ")
      ? String(error.description.dropFirst(error.path.count + 2)) : error.description
  }

  /// One sentence: file, array, what was expected and found.
  public var description: String {
    guard let array, !array.isEmpty else { return "\(path): \(reason)" }
    return "\(path): array \(Self.quoted(array)): \(reason)"
  }

  /// `name` in quotes on one line: control characters escaped, a long one cut.
  package static func quoted(_ name: String) -> String {
    var text = "\""
    for (place, scalar) in name.unicodeScalars.enumerated() {
      if place == 80 {
        text += "…"
        break
      }
      text +=
        scalar.properties.generalCategory == .control || scalar == "\"" || scalar == "\\"
        ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return text + "\""
  }
}
