/// The few marks of Markdown that prose in the content file may use, as HTML.
///
/// Paragraphs are parted by empty lines; lines that start with `- ` are a list. Inside:
/// `*emphasis*`, `**strong**`, `` `code` ``, `[text](address)`, and a backslash before a mark
/// that is meant as itself. Everything else is text, and escaped.
struct Prose {
  /// The HTML of one paragraph's inside.
  ///
  /// - Parameter numbers: what stands for `{{name}}` in the text, by name.
  static func inline(_ text: String, numbers: [String: String] = [:]) -> Prose {
    var parser = Prose(numbers: numbers)
    parser.parse(Array(text.unicodeScalars)[...])
    return parser
  }

  /// The HTML of paragraphs and lists.
  ///
  /// - Parameter numbers: what stands for `{{name}}` in the text, by name.
  static func blocks(_ text: String, numbers: [String: String] = [:]) -> Prose {
    var result = Prose(numbers: numbers)
    var lines: [Substring] = []
    var isList = false
    func flush() {
      guard !lines.isEmpty else { return }
      if isList {
        result.html += "<ul>\n"
        for line in lines { result.add("<li>", inline(String(line), numbers: numbers), "</li>\n") }
        result.html += "</ul>\n"
      } else {
        result.add("<p>", inline(lines.joined(separator: "\n"), numbers: numbers), "</p>\n")
      }
      lines = []
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " }
      let isItem = trimmed.hasPrefix("- ")
      if trimmed.isEmpty || isItem != isList && !(isList && line.hasPrefix("  ")) {
        flush()
        isList = isItem
      }
      if trimmed.isEmpty { continue }
      if isItem {
        lines.append(trimmed.dropFirst(2))
      } else if isList, let last = lines.popLast() {
        lines.append("\(last) \(trimmed)")
      } else {
        lines.append(trimmed)
      }
    }
    flush()
    return result
  }

  /// The names between `{{` and `}}` in `text`, in order.
  static func slots(in text: String) -> [String] {
    var names: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "{{") {
      guard let end = rest[start.upperBound...].firstRange(of: "}}") else { break }
      names.append(rest[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace })
      rest = rest[end.upperBound...]
    }
    return names
  }

  private let numbers: [String: String]
  private(set) var html = ""
  /// The addresses of the links, in order.
  private(set) var links: [String] = []
  /// What is wrong, as clauses.
  private(set) var faults: [String] = []

  private init(numbers: [String: String]) { self.numbers = numbers }

  /// Plain text as HTML, the numbers put in.
  private func escaped(_ text: String) -> String {
    var filled = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "{{"),
      let end = rest[start.upperBound...].firstRange(of: "}}")
    {
      let name = rest[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
      filled += rest[..<start.lowerBound] + (numbers[name] ?? "")
      rest = rest[end.upperBound...]
    }
    return Escaping.text(filled + rest)
  }

  private mutating func add(_ before: String, _ inner: Prose, _ after: String) {
    html += before + inner.html + after
    links += inner.links
    faults += inner.faults
  }

  private mutating func parse(_ text: ArraySlice<Unicode.Scalar>) {
    var rest = text
    var plain = String.UnicodeScalarView()
    func flushed() -> String {
      defer { plain = String.UnicodeScalarView() }
      return escaped(String(plain))
    }
    while let scalar = rest.first {
      let after = rest.dropFirst()
      if scalar == "\\", let next = after.first, "\\*`[".unicodeScalars.contains(next) {
        plain.append(next)
        rest = after.dropFirst()
      } else if scalar == "`", let end = after.firstIndex(of: "`") {
        html += flushed() + "<code>" + escaped(Self.string(after[..<end])) + "</code>"
        rest = after[(end + 1)...]
      } else if scalar == "*", after.first == "*", let end = Self.find("**", in: after.dropFirst())
      {
        html += flushed()
        add("<strong>", parsed(after.dropFirst()[..<end]), "</strong>")
        rest = after[(end + 2)...]
      } else if scalar == "*", after.first != " ", let end = Self.find("*", in: after) {
        html += flushed()
        add("<em>", parsed(after[..<end]), "</em>")
        rest = after[(end + 1)...]
      } else if scalar == "[", let link = Self.link(after) {
        html += flushed()
        addLink(link)
        rest = link.rest
      } else {
        plain.append(scalar)
        rest = after
      }
    }
    html += flushed()
  }

  private struct Link {
    let text: ArraySlice<Unicode.Scalar>
    let address: String
    let rest: ArraySlice<Unicode.Scalar>
  }

  private mutating func addLink(_ link: Link) {
    links.append(link.address)
    guard let address = Escaping.url(link.address), !link.address.isEmpty else {
      faults.append("the address \"\(link.address)\" may not be linked")
      return
    }
    add("<a href=\"\(address)\">", parsed(link.text), "</a>")
  }

  private static func link(_ text: ArraySlice<Unicode.Scalar>) -> Link? {
    guard let close = find("](", in: text) else { return nil }
    let target = text[(close + 2)...]
    guard let end = target.firstIndex(of: ")") else { return nil }
    return Link(
      text: text[..<close], address: string(target[..<end]), rest: target[(end + 1)...])
  }

  private func parsed(_ text: ArraySlice<Unicode.Scalar>) -> Prose {
    var parser = Prose(numbers: numbers)
    parser.parse(text)
    return parser
  }

  private static func string(_ text: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    return String(view)
  }

  private static func find(_ mark: String, in text: ArraySlice<Unicode.Scalar>) -> Int? {
    let mark = Array(mark.unicodeScalars)
    guard text.count >= mark.count else { return nil }
    return (text.startIndex...(text.endIndex - mark.count)).first {
      text[$0..<($0 + mark.count)].elementsEqual(mark)
    }
  }
}

extension PageValue {
  /// Paragraphs and lists in the marks of ``Prose``, as markup.
  package static func prose(_ text: String) -> PageValue {
    text.isEmpty ? .absent : .markup(Prose.blocks(text).html, from: nil)
  }
}
