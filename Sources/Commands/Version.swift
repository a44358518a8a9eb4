/// The program's version: a constant, so that outputs depend on the source alone.
public enum Version {
  /// Semantic version of this source tree.
  public static let current = "0.1.0"
}
