public import Experiments

/// What an audit computes, judges by and compares with.
public struct AuditSettings: Sendable {
  /// The experiments: images, output, name, labels and what else decides the arrays.
  public var run: RunSettings
  /// The limits that layers are judged by.
  public var criteria = Criteria()
  /// Models to put beside it, as the user wrote them.
  public var compared: [String] = []
  /// The folder with the arrays of other models; nil: there is none.
  public var data: String?
  /// The folder of templates.
  public var templates: String
  /// The program's version, for provenance.
  public var version: String
  /// The command that makes the arrays again, without paths.
  public var command: String

  /// An audit with the documented criteria and nothing beside it.
  public init(
    _ run: RunSettings, templates: String, version: String, command: String
  ) {
    self.run = run
    self.templates = templates
    self.version = version
    self.command = command
  }
}
