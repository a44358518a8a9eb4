/// The addresses and ids in an HTML file, with their lines.
struct HTMLAddresses {
  private(set) var addresses: [(address: String, line: Int)] = []
  private(set) var ids: Set<String> = []
  private(set) var repeatedIDs: [(id: String, line: Int)] = []

  /// Collects from `html`.
  mutating func read(_ html: String) {
    var state = HTMLState()
    var line = 1
    for scalar in html.unicodeScalars {
      _ = state.take(scalar)
      if scalar == "\n" { line += 1 }
      guard let (name, value) = state.takeAttribute() else { continue }
      let text = Self.unescaped(value)
      if name == "id" {
        if !ids.insert(text).inserted { repeatedIDs.append((text, line)) }
      } else if HTMLState.addressAttributes.contains(name) {
        addresses.append((text, line))
      }
    }
  }

  private static func unescaped(_ text: String) -> String {
    guard text.unicodeScalars.contains("&") else { return text }
    return text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
  }
}
