/// What a template's slot may stand for.
public indirect enum PageValue: Sendable {
  /// Plain text or an address, escaped for the place where it is put.
  case text(String, from: SourceLocation?)
  /// HTML that the generator made from prose; only for places between elements.
  case markup(String, from: SourceLocation?)
  /// JSON, only for the inside of a script element.
  case json(String)
  /// A condition for a section.
  case flag(Bool)
  /// A section is repeated for each.
  case list([PageValue])
  /// A section's inside sees these names first.
  case object([String: PageValue])
  /// A name that templates may use, with nothing behind it this time; sections leave it out.
  case absent

  /// Plain text with no place in a file that an author edits.
  public static func text(_ text: String) -> PageValue { .text(text, from: nil) }

  /// The value where there is one, else ``absent``.
  static func optional(_ value: PageValue?) -> PageValue { value ?? .absent }

  /// Whether a section shows it.
  var isShown: Bool {
    switch self {
    case .flag(let value): value
    case .list(let values): !values.isEmpty
    case .absent: false
    default: true
    }
  }

  /// What is wrong with putting this value at `place`, as a clause; nil where nothing is.
  func fault(at place: Template.Place) -> String? {
    switch (self, place) {
    case (.text("", _), _), (.markup("", _), _): "is empty"
    case (.text(let text, _), .url):
      Escaping.url(text) == nil ? "holds an address that may not be linked: \(text)" : nil
    case (.text, .text), (.text, .attribute), (.markup, .text), (.json, .json): nil
    case (.markup, _): "holds markup, which may stand between elements only"
    case (.text, .json): "is text, not JSON"
    case (.json, _): "is JSON, which may stand in a script of type application/ld+json only"
    case (.flag, _), (.list, _), (.object, _): "is for a section, not for a slot"
    case (.absent, _): "has no value; put it into {{#…}}, which leaves it out then"
    }
  }

  /// Where the value was written, where an author wrote it.
  var origin: SourceLocation? {
    switch self {
    case .text(_, let origin), .markup(_, let origin): origin
    default: nil
    }
  }
}
