/// Walks the templates as rendering will, and finds every slot that would come out wrong.
///
/// swift-mustache renders an unknown name, an unknown partial and an empty value as nothing,
/// silently; here each is a problem with file and line.
struct TemplateScanner {
  private let templates: TemplateSet
  private var problems: Set<PageProblem> = []
  private var visited: Set<String> = []
  private var usedKeys: Set<String> = []
  private var hasCycle = false

  /// The result of a scan.
  struct Findings {
    let problems: Set<PageProblem>
    /// Where addresses written out in the templates stand.
    let addresses: [String: SourceLocation]
    /// Whether rendering would end: no template includes itself.
    let canRender: Bool
    /// Names at the model's top that some template uses.
    let usedKeys: Set<String>
  }

  /// What is wrong with rendering `model` with `templates`.
  static func scan(
    _ templates: TemplateSet, _ model: [String: PageValue], entry: String = TemplateSet.entry
  ) -> Findings {
    var scanner = TemplateScanner(templates: templates)
    if let entry = templates.templates[entry] {
      scanner.walk(entry, scopes: [.object(model)], includedBy: [])
    }
    for template in templates.templates.values where !scanner.visited.contains(template.name) {
      scanner.checkIncludes(of: template)
    }
    var addresses: [String: SourceLocation] = [:]
    for template in templates.templates.values.sorted(by: { $0.name < $1.name }) {
      for (address, line) in template.addresses where addresses[address] == nil {
        addresses[address] = SourceLocation(template.file, line: line)
      }
    }
    return Findings(
      problems: scanner.problems, addresses: addresses, canRender: !scanner.hasCycle,
      usedKeys: scanner.usedKeys)
  }

  private init(templates: TemplateSet) { self.templates = templates }

  private mutating func walk(
    _ template: Template, scopes: [PageValue], includedBy: [String]
  ) {
    visited.insert(template.name)
    walk(template.nodes, in: template, scopes: scopes, includedBy: includedBy + [template.name])
  }

  private mutating func walk(
    _ nodes: [Template.Node], in template: Template, scopes: [PageValue], includedBy: [String]
  ) {
    for node in nodes {
      switch node {
      case .markup: continue
      case .slot(let name, let place, let line):
        let here = SourceLocation(template.file, line: line)
        guard let value = lookUp(name, scopes) else {
          problems.insert(PageProblem(here, "unknown slot {{\(name)}}\(suggestion(name, scopes))"))
          continue
        }
        guard let fault = value.fault(at: place) else { continue }
        // The content file's line is where an author can mend it.
        let origin = value.origin.map { "; it is filled from \($0.file):\($0.line)" } ?? ""
        problems.insert(PageProblem(here, "{{\(name)}} \(fault)\(origin)"))
      case .section(let name, let isInverted, let inner, let line):
        guard let value = lookUp(name, scopes) else {
          let here = SourceLocation(template.file, line: line)
          problems.insert(
            PageProblem(here, "unknown section {{#\(name)}}\(suggestion(name, scopes))"))
          continue
        }
        guard value.isShown != isInverted else { continue }
        let elements: [PageValue] = if case .list(let values) = value { values } else { [value] }
        for element in isInverted ? [.flag(true)] : elements {
          var inside = scopes
          if case .flag = element {} else { inside.append(element) }
          walk(inner, in: template, scopes: inside, includedBy: includedBy)
        }
      case .include(let name, let line):
        let here = SourceLocation(template.file, line: line)
        guard let included = templates.templates[name] else {
          problems.insert(
            PageProblem(
              here, "{{> \(name)}} needs \(templates.folder)/\(name).html, which is missing"))
          continue
        }
        if includedBy.contains(name) {
          hasCycle = true
          let chain = (includedBy + [name]).joined(separator: " > ")
          problems.insert(PageProblem(here, "{{> \(name)}} includes itself: \(chain)"))
        } else {
          walk(included, scopes: scopes, includedBy: includedBy)
        }
      }
    }
  }

  /// Names are looked up as Mustache does: the first part in the innermost scope that has it.
  private mutating func lookUp(_ name: String, _ scopes: [PageValue]) -> PageValue? {
    if name == "." { return scopes.last }
    let parts = name.split(separator: ".").map(String.init)
    guard let first = parts.first else { return nil }
    for (depth, scope) in scopes.enumerated().reversed() {
      guard case .object(let values) = scope, var value = values[first] else { continue }
      if depth == 0 { usedKeys.formUnion([first, parts.prefix(2).joined(separator: ".")]) }
      for part in parts.dropFirst() {
        if case .absent = value { return value }
        guard case .object(let inner) = value, let next = inner[part] else { return nil }
        value = next
      }
      // An absent name lets Mustache look further out, where the same name might stand.
      if case .absent = value, name.first != ".", depth > 0 {
        let outer = scopes.prefix(depth).contains {
          if case .object(let values) = $0 { values[first] != nil } else { false }
        }
        if outer { continue }
      }
      return value
    }
    return nil
  }

  /// "; did you mean {{title}}?" where a known name is close.
  private func suggestion(_ name: String, _ scopes: [PageValue]) -> String {
    var known: Set<String> = []
    for case .object(let values) in scopes { known.formUnion(values.keys) }
    guard let close = Spelling.closest(to: name, among: known) else { return "" }
    return "; did you mean \(close)?"
  }

  /// A template that nothing includes is not rendered, but its own includes should exist.
  private mutating func checkIncludes(of template: Template) {
    func includes(_ nodes: [Template.Node]) -> [(String, Int)] {
      nodes.flatMap { node -> [(String, Int)] in
        switch node {
        case .include(let name, let line): [(name, line)]
        case .section(_, _, let inner, _): includes(inner)
        default: []
        }
      }
    }
    for (name, line) in includes(template.nodes) where templates.templates[name] == nil {
      let here = SourceLocation(template.file, line: line)
      problems.insert(
        PageProblem(here, "{{> \(name)}} needs \(templates.folder)/\(name).html, which is missing"))
    }
  }
}
