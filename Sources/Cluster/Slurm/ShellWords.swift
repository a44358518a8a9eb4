/// Words as a shell would split them, without a shell: nothing is expanded, nothing is run.
package enum ShellWords {
  /// Splits `text` at blanks outside quotes; `'…'` is literal, in `"…"` and outside quotes a
  /// backslash takes the next character's meaning away.
  ///
  /// - Throws: ``ClusterError`` for a quote without its end, or a backslash at the end.
  package static func split(_ text: String) throws(ClusterError) -> [String] {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        // As in a shell, a backslash inside "…" stays before anything it has no power over.
        if quote != nil, !"\"\\$`".unicodeScalars.contains(scalar) { word?.append("\\") }
        word = (word ?? .init()) + [scalar]
        isEscaped = false
      } else if scalar == "\\", quote != "'" {
        word = word ?? .init()
        isEscaped = true
      } else if let open = quote {
        if scalar == open { quote = nil } else { word?.append(scalar) }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
        word = word ?? .init()
      } else if " \t\n\r".unicodeScalars.contains(scalar) {
        if let word { words.append(String(word)) }
        word = nil
      } else {
        word = (word ?? .init()) + [scalar]
      }
    }
    if let quote {
      throw ClusterError("--sbatch \(text): expected an end of the text in \(quote), found none")
    }
    if isEscaped {
      throw ClusterError("--sbatch \(text): expected a character after the last backslash")
    }
    if let word { words.append(String(word)) }
    return words
  }

  /// `word` as a shell reads it back: as it is where nothing in it is special, else in `'…'`.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "%+,-./:=@_".utf8.contains($0)
    }
    if isPlain && !word.isEmpty { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// `words` as one line of a shell.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }
}
