import Files
import Yams

/// The content file, checked against ``ContentSchema/page``.
struct Content: Sendable {
  /// A value of the file, with its line.
  indirect enum Value: Sendable {
    case scalar(String, ContentSchema, SourceLocation)
    case list([Value], SourceLocation)
    case object([String: Value], SourceLocation)
  }

  /// The file's path as it was given.
  let file: String
  /// The whole file; an object.
  let root: Value
  /// Everything wrong with it.
  let problems: [PageProblem]
  private let lines: [Substring]

  /// Reads `file`.
  ///
  /// - Throws: ``PageError`` where it cannot be read or is no YAML.
  init(file: String) throws(PageError) {
    self.file = file
    let text: String
    do {
      text = try MappedFile(file).withBytes { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw PageError([PageProblem(error)])
    }
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch let error as YamlError {
      throw PageError([Self.problem(error, file)])
    } catch {
      throw PageError(file, "expected YAML: \(error)")
    }
    guard let node else { throw PageError(file, "expected the page's content, found nothing") }
    var reader = ContentReader(file: file)
    root = reader.read(node, as: .page, named: "")
    problems = reader.problems
  }

  /// The value at a dotted path of names, where the file has it.
  subscript(path: String) -> Value? {
    var value = root
    for part in path.split(separator: ".") {
      guard case .object(let fields, _) = value, let next = fields[String(part)] else { return nil }
      value = next
    }
    return value
  }

  /// The text at a dotted path; empty where there is none, which the reader has then reported.
  func text(_ path: String) -> String { self[path]?.text ?? "" }

  /// The line where `fragment` of a text that starts at `location` stands.
  func location(of fragment: String, in location: SourceLocation) -> SourceLocation {
    guard location.line > 0 else { return location }
    for index in lines.indices.dropFirst(location.line - 1) where lines[index].contains(fragment) {
      return SourceLocation(file, line: index + 1)
    }
    return location
  }

  private static func problem(_ error: YamlError, _ file: String) -> PageProblem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      PageProblem(SourceLocation(file, line: mark.line), "expected YAML: \(problem)")
    default: PageProblem(SourceLocation(file, line: 0), "expected YAML: \(error)")
    }
  }
}

extension Content.Value {
  /// The text, where this is one.
  var text: String? { if case .scalar(let text, _, _) = self { text } else { nil } }

  /// The elements; empty where this is no list.
  var elements: [Content.Value] { if case .list(let values, _) = self { values } else { [] } }

  /// The parts; empty where this is no object.
  var fields: [String: Content.Value] {
    if case .object(let fields, _) = self { fields } else { [:] }
  }

  /// The line that it starts at.
  var location: SourceLocation {
    switch self {
    case .scalar(_, _, let location), .list(_, let location), .object(_, let location): location
    }
  }
}
