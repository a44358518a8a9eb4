import Mustache

extension PageValue {
  /// The value as swift-mustache takes it; leaves are escaped by name: `{{{attribute(title)}}}`.
  var mustache: Any? {
    switch self {
    case .text, .markup, .json: Leaf(value: self)
    case .flag(let value): value
    case .list(let values): values.map { $0.mustache as Any }
    case .object(let values): values.compactMapValues(\.mustache)
    case .absent: nil
    }
  }

  /// A value that ends in text, once the place is known.
  private struct Leaf: MustacheTransformable, MustacheParent,
    MustacheCustomRenderable
  {
    let value: PageValue

    /// A text has no parts; names inside its section are looked up further out.
    func child(named: String) -> Any? { nil }

    /// A leaf used without a place: nothing, since nothing says how to escape it.
    var renderText: String { "" }
    var isNull: Bool { false }

    func transform(_ name: String) -> Any? {
      guard let place = Template.Place(rawValue: name) else { return nil }
      switch value {
      case .text(let text, _):
        switch place {
        case .text: return Escaping.text(text)
        case .attribute: return Escaping.attribute(text)
        case .url: return Escaping.url(text)
        case .json: return nil
        }
      case .markup(let html, _): return place == .text ? html : nil
      case .json(let text): return place == .json ? Escaping.json(text) : nil
      default: return nil
      }
    }
  }
}
