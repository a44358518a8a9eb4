/// A template as its author wrote it: markup, slots, sections, includes, each with its line.
struct Template: Sendable {
  /// What stands at one place.
  indirect enum Node: Sendable {
    case markup(String)
    /// `{{name}}`, with the kind of place that it stands in.
    case slot(name: String, place: Place, line: Int)
    /// `{{#name}}…{{/name}}`, or `{{^name}}…` where `isInverted`.
    case section(name: String, isInverted: Bool, nodes: [Node], line: Int)
    /// `{{> name}}`.
    case include(name: String, line: Int)
  }

  /// What a slot's value has to be escaped for.
  enum Place: String, Sendable {
    case text
    case attribute
    case url
    case json
  }

  /// The name that `{{> name}}` uses: the file's name without `.html`.
  let name: String
  /// The file's path as it was given.
  let file: String
  let nodes: [Node]
  /// Addresses written out in the markup, each with the line of its first occurrence.
  let addresses: [String: Int]

  /// The template in swift-mustache's words: every slot escaped for its place.
  var mustache: String { Self.mustache(nodes) }

  private static func mustache(_ nodes: [Node]) -> String {
    nodes.map { node in
      switch node {
      case .markup(let text): text
      case .slot(let name, let place, _): "{{{\(place.rawValue)(\(name))}}}"
      case .section(let name, let isInverted, let nodes, _):
        "{{\(isInverted ? "^" : "#")\(name)}}\(mustache(nodes)){{/\(name)}}"
      case .include(let name, _): "{{> \(name)}}"
      }
    }.joined()
  }
}
