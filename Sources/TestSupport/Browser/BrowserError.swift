/// What a browser, its driver or a server under test did wrong, as one sentence.
public struct BrowserError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// An error with this sentence.
  public init(_ description: String) { self.description = description }
}
