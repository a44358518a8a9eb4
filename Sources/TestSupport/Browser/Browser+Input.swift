extension Browser {
  /// An element of the page.
  public struct Element: Sendable {
    let reference: String
    static let key = "element-6066-11e4-a52e-4f735466cecf"

    /// The element as an argument of a script.
    public var json: JSON { [Element.key: .string(reference)] }
  }

  /// The first element that the CSS selector matches.
  ///
  /// - Throws: ``BrowserError`` where none does.
  public func find(_ selector: String) throws(BrowserError) -> Element {
    let found = try command(
      "POST", "/element", ["using": "css selector", "value": .string(selector)])
    return Element(reference: found[Element.key].string ?? "")
  }

  /// Clicks the middle of the first element that the CSS selector matches, scrolling to it.
  ///
  /// - Throws: ``BrowserError`` where there is none or another element covers it.
  public func click(_ selector: String) throws(BrowserError) {
    try command("POST", "/element/\(try find(selector).reference)/click")
  }

  /// The visible text of the first element that the CSS selector matches.
  ///
  /// - Throws: ``BrowserError`` where there is none.
  public func text(of selector: String) throws(BrowserError) -> String {
    try command("GET", "/element/\(try find(selector).reference)/text").string ?? ""
  }

  /// Types `text` into the first element that the CSS selector matches; a file input takes paths
  /// joined by newlines.
  ///
  /// - Throws: ``BrowserError`` where there is none or it takes no text.
  public func type(_ text: String, into selector: String) throws(BrowserError) {
    try command("POST", "/element/\(try find(selector).reference)/value", ["text": .string(text)])
  }

  /// A key that has no character, by WebDriver's code points.
  public enum Key: String, Sendable {
    case backspace = "\u{E003}"
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case shift = "\u{E008}"
    case control = "\u{E009}"
    case escape = "\u{E00C}"
    case space = " "
    case end = "\u{E010}"
    case home = "\u{E011}"
    case left = "\u{E012}"
    case up = "\u{E013}"
    case right = "\u{E014}"
    case down = "\u{E015}"
    case delete = "\u{E017}"
  }

  /// Presses and releases a key where the focus is, the others held meanwhile.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func press(_ key: Key, holding held: Key...) throws(BrowserError) {
    try press(key.rawValue, holding: held)
  }

  /// Presses and releases the key of one character where the focus is.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func press(_ character: String, holding held: [Key] = []) throws(BrowserError) {
    let keys = held.map(\.rawValue)
    var steps: [JSON] = (keys + [character]).map { ["type": "keyDown", "value": .string($0)] }
    steps += ([character] + keys.reversed()).map { ["type": "keyUp", "value": .string($0)] }
    try perform([["type": "key", "id": "keyboard", "actions": .array(steps)]])
  }

  /// What moves a pointer: a mouse, or a finger.
  public enum Pointer: String, Sendable {
    case mouse
    case touch
  }

  /// Moves a pointer along `points` (CSS pixels of the page area), pressed from the first to the
  /// last where `pressed`; one point pressed is a click or tap there.
  ///
  /// - Throws: ``BrowserError`` where a point lies outside the page area.
  public func move(
    _ pointer: Pointer = .mouse, along points: [(x: Double, y: Double)], pressed: Bool = false,
    button: Int = 0
  ) throws(BrowserError) {
    var steps: [JSON] = points.map { point in
      [
        "type": "pointerMove", "duration": 0, "origin": "viewport",
        "x": .number(point.x.rounded()), "y": .number(point.y.rounded()),
      ]
    }
    if pressed {
      let which = JSON.number(Double(button))
      steps.insert(["type": "pointerDown", "button": which], at: 1)
      steps.append(["type": "pointerUp", "button": which])
    }
    try perform([
      [
        "type": "pointer", "id": .string(pointer.rawValue), "actions": .array(steps),
        "parameters": ["pointerType": .string(pointer.rawValue)],
      ]
    ])
  }

  private func perform(_ sources: [JSON]) throws(BrowserError) {
    try command("POST", "/actions", ["actions": .array(sources)])
  }
}
