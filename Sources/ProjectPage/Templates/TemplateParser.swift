/// Reads a template, and finds for every slot the place in the HTML where it stands.
///
/// Sections may be opened wherever the HTML is in the same state at their end.
struct TemplateParser {
  private let file: String
  private var rest: Substring
  private var line = 1
  private var html = HTMLState()
  private var addresses: [String: Int] = [:]
  private var problems: [PageProblem] = []

  /// The template in `text`, and what is wrong with it.
  static func parse(
    _ text: String, name: String, file: String
  ) -> (template: Template, problems: [PageProblem]) {
    var parser = TemplateParser(file: file, rest: text[...])
    let nodes = parser.nodes(until: nil, openedAt: 0)
    if parser.html.isInsideTag { parser.fault("the template ends inside a tag") }
    let template = Template(
      name: name, file: file, nodes: nodes, addresses: parser.addresses)
    return (template, parser.problems)
  }

  private init(file: String, rest: Substring) {
    self.file = file
    self.rest = rest
  }

  private mutating func fault(_ message: String, at place: Int? = nil) {
    problems.append(PageProblem(SourceLocation(file, line: place ?? line), message))
  }

  private mutating func nodes(until name: String?, openedAt opened: Int) -> [Template.Node] {
    var nodes: [Template.Node] = []
    while let tag = nextTag(&nodes) {
      let line = tag.line
      switch tag.sigil {
      case "!", "%": continue
      case "#", "^":
        let before = html
        let inner = self.nodes(until: tag.name, openedAt: line)
        if html != before {
          fault("{{/\(tag.name)}} leaves the HTML in another state than {{#\(tag.name)}} found it")
        }
        nodes.append(
          .section(name: tag.name, isInverted: tag.sigil == "^", nodes: inner, line: line))
      case "/":
        if tag.name == name { return nodes }
        fault("{{/\(tag.name)}} closes nothing that is open", at: line)
      case ">":
        if !html.isText { fault("{{> \(tag.name)}} may stand between elements only", at: line) }
        nodes.append(.include(name: tag.name, line: line))
      case "{", "&", "=", "<", "$", "*":
        fault(
          "{{\(tag.sigil ?? " ")…}} is not used here; a plain {{name}} is escaped rightly", at: line
        )
      default:
        if let place = html.place {
          nodes.append(.slot(name: tag.name, place: place, line: line))
          html.takeSlot()
        } else {
          fault("{{\(tag.name)}} stands \(html.whereNoSlotMayStand)", at: line)
        }
      }
    }
    if let name { fault("{{#\(name)}} is never closed", at: opened) }
    return nodes
  }

  private struct Tag {
    let sigil: Character?
    let name: String
    let line: Int
  }

  /// Appends the markup before the next tag and reads the tag; nil at the end of the text.
  private mutating func nextTag(_ nodes: inout [Template.Node]) -> Tag? {
    let start = rest.firstRange(of: "{{")?.lowerBound ?? rest.endIndex
    let markup = rest[..<start]
    for scalar in markup.unicodeScalars {
      if let address = html.take(scalar), addresses[address] == nil { addresses[address] = line }
      if scalar == "\n" { line += 1 }
    }
    if !markup.isEmpty { nodes.append(.markup(String(markup))) }
    rest = rest[start...]
    guard !rest.isEmpty else { return nil }
    let opened = line
    guard let end = rest.firstRange(of: "}}") else {
      fault("{{ has no }}")
      rest = rest[rest.endIndex...]
      return nil
    }
    let inside = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]
    line += inside.count { $0 == "\n" }
    rest = rest[end.upperBound...]
    dropBlankRest(after: inside, &nodes)
    let sigil = inside.first.flatMap { "#^/>!%{&=<$*".contains($0) ? $0 : nil }
    let name = (sigil == nil ? inside : inside.dropFirst()).filter { !$0.isWhitespace }
    if sigil == nil || "#^/>".contains(sigil ?? " "), !Self.isName(name) {
      fault("{{\(inside)}} is no slot: a name holds letters, digits, -, _ and dots", at: opened)
      return Tag(sigil: "!", name: "", line: opened)
    }
    if sigil == "{" { rest = rest.first == "}" ? rest.dropFirst() : rest }
    return Tag(sigil: sigil, name: name, line: opened)
  }

  /// Takes a comment that has a line to itself out with that line, as Mustache does.
  private mutating func dropBlankRest(after inside: Substring, _ nodes: inout [Template.Node]) {
    guard inside.first == "!" || inside.first == "%", rest.first == "\n" else { return }
    var before = ""
    if case .markup(let text) = nodes.last { before = text }
    let indent = before.reversed().prefix { $0 == " " }.count
    guard nodes.isEmpty || before.dropLast(indent).last == "\n" else { return }
    if !nodes.isEmpty { nodes[nodes.count - 1] = .markup(String(before.dropLast(indent))) }
    rest = rest.dropFirst()
    line += 1
  }

  private static func isName(_ name: String) -> Bool {
    name == "."
      || !name.isEmpty
        && name.unicodeScalars.allSatisfy {
          $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0))
        }
  }
}
