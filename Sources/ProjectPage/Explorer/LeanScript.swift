/// A script without what only its readers need: comments on lines of their own, and indentation.
///
/// Visitors load the explorer's scripts before they can use it; a quarter of them is comments. Lines
/// stay lines, so that nothing depends on where statements end.
enum LeanScript {
  /// The lean form of a script whose strings and templates each end on their line.
  static func bytes(_ script: [UInt8]) -> [UInt8] {
    var lines: [Substring] = []
    var isInComment = false
    for line in String(decoding: script, as: UTF8.self).split(separator: "\n") {
      let text = line.drop { $0 == " " || $0 == "\t" }
      if isInComment {
        isInComment = !text.contains("*/")
      } else if text.hasPrefix("/*") {
        isInComment = !text.contains("*/")
      } else if !text.isEmpty, !text.hasPrefix("//") {
        lines.append(text)
      }
    }
    return Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
  }
}
