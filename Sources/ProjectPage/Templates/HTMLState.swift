/// Where in an HTML file one is, as far as it decides how a value must be escaped.
///
/// It follows the tokenizer of the HTML standard for well-formed templates: tags, quoted
/// attributes, comments, and the elements whose content is no markup.
struct HTMLState: Equatable {
  private enum Mode: Equatable {
    case text
    /// After `<`, while the tag's name is read.
    case tagName
    case inTag
    case attributeName
    /// After `=`.
    case beforeValue
    case value(quote: Unicode.Scalar)
    case unquotedValue
    case comment
    /// Inside script, style, title or textarea.
    case rawText
  }

  private var mode = Mode.text
  private var tag = ""
  private var attribute = ""
  private var value = ""
  private var valueHasSlot = false
  private var isJSON = false
  private var ended: (name: String, value: String)?
  /// The element whose content is being read, where that is no markup.
  private var rawElement = ""
  /// The last scalars, for `<!--`, `-->` and `</script`.
  private var tail = ""

  /// Attributes that hold an address.
  static let addressAttributes: Set<String> = [
    "href", "src", "action", "formaction", "poster", "cite", "data",
  ]

  /// Two states are one when what follows is treated alike.
  static func == (a: HTMLState, b: HTMLState) -> Bool {
    func place(_ state: HTMLState) -> Mode {
      // After an attribute without a value one is in the tag as before it.
      state.mode == .attributeName ? .inTag : state.mode
    }
    let isInAttribute = a.mode == .beforeValue || a.mode == .unquotedValue || a.isInValue
    return place(a) == place(b) && a.rawElement == b.rawElement
      && (!isInAttribute || a.attribute == b.attribute)
  }

  private var isInValue: Bool { if case .value = mode { true } else { false } }

  /// Whether elements may stand here.
  var isText: Bool { mode == .text }

  /// Whether a tag, comment or raw element is open.
  var isInsideTag: Bool { mode != .text }

  /// What a slot here is escaped for; nil where none may stand.
  var place: Template.Place? {
    switch mode {
    case .text: return .text
    case .value:
      if attribute.hasPrefix("on") || attribute == "style" || attribute == "srcset" { return nil }
      guard Self.addressAttributes.contains(attribute) else { return .attribute }
      return .url
    case .rawText:
      if rawElement == "title" || rawElement == "textarea" { return .text }
      return rawElement == "script" && isJSON ? .json : nil
    default: return nil
    }
  }

  /// Where one is, for an error: "inside a comment".
  var whereNoSlotMayStand: String {
    switch mode {
    case .value: "in the attribute \(attribute), where no slot may stand"
    case .beforeValue, .unquotedValue: "in an attribute without quotes"
    case .comment: "inside a comment"
    case .rawText: "inside \(rawElement), where no slot may stand"
    default: "inside a tag's or attribute's name"
    }
  }

  /// Notes that a slot stands here.
  mutating func takeSlot() { valueHasSlot = true }

  /// Goes on by one scalar; gives the address where one that is written out whole ends here.
  mutating func take(_ scalar: Unicode.Scalar) -> String? {
    tail.unicodeScalars.append(scalar)
    if tail.unicodeScalars.count > 12 { tail.unicodeScalars.removeFirst() }
    switch mode {
    case .text:
      if scalar == "<" { (mode, tag) = (.tagName, "") }
    case .comment:
      if tail.hasSuffix("-->") { mode = .text }
    case .rawText:
      if tail.lowercased().hasSuffix("</\(rawElement)") {
        (mode, tag, rawElement) = (.inTag, "", "")
      }
    case .tagName: takeTagName(scalar)
    case .inTag: takeInTag(scalar)
    case .attributeName: takeAttributeName(scalar)
    case .beforeValue:
      if scalar == "\"" || scalar == "'" {
        (mode, value, valueHasSlot) = (.value(quote: scalar), "", false)
      } else if !Self.isSpace(scalar) {
        (mode, value, valueHasSlot) = (.unquotedValue, String(scalar), false)
      }
    case .value(let quote):
      if scalar == quote { return endValue() }
      value.unicodeScalars.append(scalar)
    case .unquotedValue:
      if scalar == ">" || Self.isSpace(scalar) {
        let address = endValue()
        takeInTag(scalar)
        return address
      }
      value.unicodeScalars.append(scalar)
    }
    return nil
  }

  private mutating func takeTagName(_ scalar: Unicode.Scalar) {
    if tail.hasSuffix("<!--") {
      mode = .comment
    } else if scalar == ">" || Self.isSpace(scalar) {
      isJSON = false
      takeInTag(scalar)
    } else {
      tag.unicodeScalars.append(scalar)
    }
  }

  private mutating func takeInTag(_ scalar: Unicode.Scalar) {
    mode = .inTag
    if scalar == ">" {
      let name = tag.lowercased()
      let isRaw = ["script", "style", "title", "textarea"].contains(name)
      rawElement = isRaw ? name : ""
      mode = isRaw ? .rawText : .text
    } else if !Self.isSpace(scalar), scalar != "/" {
      (mode, attribute) = (.attributeName, String(scalar).lowercased())
    }
  }

  private mutating func takeAttributeName(_ scalar: Unicode.Scalar) {
    if scalar == "=" {
      mode = .beforeValue
    } else if scalar == ">" || Self.isSpace(scalar) {
      takeInTag(scalar)
    } else {
      attribute += String(scalar).lowercased()
    }
  }

  /// The attribute that ended with the last scalar, once.
  mutating func takeAttribute() -> (name: String, value: String)? {
    defer { ended = nil }
    return ended
  }

  private mutating func endValue() -> String? {
    mode = .inTag
    ended = (attribute, value)
    if tag.lowercased() == "script", attribute == "type", value.hasSuffix("json") { isJSON = true }
    return Self.addressAttributes.contains(attribute) && !valueHasSlot ? value : nil
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r"
  }
}
