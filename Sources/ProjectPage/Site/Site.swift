/// A whole site before it is written: every file's bytes by its path in the site.
public struct Site: Sendable {
  /// Contents by path, `figures/quantitative-sd15.svg`.
  public package(set) var files: [String: [UInt8]]
  /// What was left out and why, one sentence each.
  public package(set) var warnings: [String]

  /// A site of these files.
  public init(files: [String: [UInt8]], warnings: [String] = []) {
    self.files = files
    self.warnings = warnings
  }
}
