import Yams

/// Turns YAML nodes into content, noting everything that the schema does not allow.
struct ContentReader {
  let file: String
  private(set) var problems: [PageProblem] = []

  init(file: String) { self.file = file }

  mutating func read(_ node: Node, as schema: ContentSchema, named name: String) -> Content.Value {
    let here = SourceLocation(file, line: node.mark?.line ?? 0)
    switch (schema, node) {
    case (.text, .scalar(let scalar)), (.address, .scalar(let scalar)),
      (.inline, .scalar(let scalar)), (.blocks, .scalar(let scalar)),
      (.perModel, .scalar(let scalar)):
      return readScalar(scalar, as: schema, named: name, here)
    case (.list(let element), .sequence(let nodes)):
      if nodes.isEmpty { fault(here, "\(name) is empty") }
      return .list(nodes.map { read($0, as: element, named: name) }, here)
    case (.object(let fields), .mapping(let mapping)):
      return readObject(mapping, fields, named: name, here)
    case (.map(let element), .mapping(let mapping)):
      var values: [String: Content.Value] = [:]
      for (key, value) in mapping {
        guard let key = key.string else { continue }
        values[key] = read(value, as: element, named: "\(name).\(key)")
      }
      return .object(values, here)
    default:
      fault(
        here,
        "\(name.isEmpty ? "the file" : name): expected \(Self.kind(of: schema)), found \(Self.kind(of: node))"
      )
      return Self.nothing(schema, here)
    }
  }

  private mutating func fault(_ place: SourceLocation, _ message: String) {
    problems.append(PageProblem(place, message))
  }

  private mutating func readScalar(
    _ scalar: Node.Scalar, as schema: ContentSchema, named name: String, _ here: SourceLocation
  ) -> Content.Value {
    var text = scalar.string
    while text.last?.isWhitespace == true { text.removeLast() }
    if text.isEmpty || scalar.style == .plain && text == "~" { fault(here, "\(name) is empty") }
    // What templates and half-filled forms leave behind has no place on a published page.
    // Capitals as people mark them: "todo" is a word in other languages.
    for word in ["TODO", "FIXME", "XXX", "Lorem ipsum", "lorem ipsum"] where text.contains(word) {
      fault(here, "\(name) still holds the placeholder \(word)")
    }
    if case .address = schema, Escaping.url(text) == nil {
      fault(here, "\(name): expected a relative, http, https or mailto address, found \(text)")
    }
    return .scalar(text, schema, here)
  }

  private mutating func readObject(
    _ mapping: Node.Mapping, _ fields: [ContentSchema.Field], named name: String,
    _ here: SourceLocation
  ) -> Content.Value {
    var values: [String: Content.Value] = [:]
    for (key, value) in mapping {
      let place = SourceLocation(file, line: key.mark?.line ?? here.line)
      let keyName = key.string ?? ""
      guard let field = fields.first(where: { $0.name == keyName }) else {
        let close = Spelling.closest(to: keyName, among: fields.map(\.name))
        let hint = close.map { "; did you mean \($0)?" } ?? ""
        fault(place, "unknown field \(name.isEmpty ? "" : "\(name).")\(keyName)\(hint)")
        continue
      }
      let full = name.isEmpty ? field.name : "\(name).\(field.name)"
      values[field.name] = read(value, as: field.schema, named: full)
    }
    for field in fields where field.isRequired && values[field.name] == nil {
      fault(here, "\(name.isEmpty ? "" : "\(name).")\(field.name) is missing")
    }
    return .object(values, here)
  }

  private static func kind(of schema: ContentSchema) -> String {
    switch schema {
    case .text, .address, .inline, .blocks, .perModel: "a text"
    case .list: "a list"
    case .object, .map: "names with values"
    }
  }

  private static func kind(of node: Node) -> String {
    switch node {
    case .scalar: "a text"
    case .sequence: "a list"
    case .mapping: "names with values"
    case .alias: "an alias"
    }
  }

  private static func nothing(_ schema: ContentSchema, _ here: SourceLocation) -> Content.Value {
    switch schema {
    case .list: .list([], here)
    case .object, .map: .object([:], here)
    default: .scalar("", schema, here)
    }
  }
}
