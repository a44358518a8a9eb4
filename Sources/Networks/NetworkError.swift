/// Why a network can't be built from its configuration and weights, or run on an input.
public enum NetworkError: Error, Equatable, Sendable {
  /// The checkpoint has no tensor of this name.
  case missing(WeightKey)
  /// The tensor has another shape than the configuration asks for.
  case shape(WeightKey, expected: [Int], found: [Int])
  /// The tensor is there, but its file can't be read; `reason` is a whole clause.
  case unreadable(WeightKey, reason: Clause)
  /// The configuration asks for something that these networks do not have; `what` names it.
  case unsupported(Clause)
  /// The input does not fit the network; `what` says how.
  case input(Clause)
}

extension NetworkError: CustomStringConvertible {
  /// One sentence for the user.
  public var description: String { sentence.description }

  /// The same as bytes.
  public var sentence: Clause {
    switch self {
    case .missing(let key): "The weights lack the tensor " + Clause(utf8: key.utf8) + "."
    case .shape(let key, let expected, let found):
      "The tensor " + Clause(utf8: key.utf8) + " should have shape " + .list(expected)
        + ", but has " + .list(found) + "."
    case .unreadable(let key, let reason):
      "The tensor " + Clause(utf8: key.utf8) + " can't be read: " + reason + "."
    case .unsupported(let what): "This model is not supported: " + what + "."
    case .input(let what): "The input does not fit the network: " + what + "."
    }
  }
}
