/// The options that a user hands on to `sbatch`.
package struct SlurmOptions: Equatable, Sendable {
  /// The words, each one argument.
  package let words: [String]

  /// Options that decide how the run's jobs hang together, with their one-letter forms.
  private static let own: [(long: String, short: Character?)] = [
    ("array", "a"), ("dependency", "d"), ("output", "o"), ("error", "e"), ("job-name", "J"),
    ("chdir", "D"), ("input", "i"), ("wait", "W"), ("parsable", nil), ("open-mode", nil),
    ("wrap", nil), ("test-only", nil), ("help", "h"), ("usage", nil), ("version", "V"),
  ]

  /// The options in `text`, split as a shell would.
  ///
  /// - Throws: ``ClusterError`` for words that are no options, and for options that the jobs need
  ///   for themselves.
  package init(_ text: String) throws(ClusterError) {
    words = try ShellWords.split(text)
    var mayBeValue = false
    for word in words {
      guard word.hasPrefix("-"), word != "-", word != "--" else {
        guard mayBeValue else {
          throw ClusterError(
            "--sbatch: expected sbatch's options, as in \"--partition=long --time=2:00:00\", found"
              + " \(word)")
        }
        mayBeValue = false
        continue
      }
      let name = word.prefix { $0 != "=" }
      if let taken = Self.own.first(where: { Self.matches(name, $0) }) {
        throw ClusterError("--sbatch: \(name) is not for you to set: the jobs need --\(taken.long)")
      }
      // A long option with "=" and a short one with its value in the same word are complete.
      mayBeValue = word.hasPrefix("--") ? !word.contains("=") : word.count == 2
    }
  }

  /// The cores of a task, where the options say it.
  package var coresPerTask: Int? {
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : ""
      if word == "-c" || word == "--cpus-per-task" { return Int(next) }
      if word.hasPrefix("--cpus-per-task=") { return Int(word.dropFirst(16)) }
      if word.hasPrefix("-c") { return Int(word.dropFirst(2)) }
    }
    return nil
  }

  /// Whether `name` is `option`, or short for it as getopt allows.
  ///
  /// What is short for several options is refused with them: sbatch would not take it either.
  private static func matches(_ name: Substring, _ option: (long: String, short: Character?))
    -> Bool
  {
    if name.hasPrefix("--") {
      let word = name.dropFirst(2)
      return !word.isEmpty && option.long.hasPrefix(word)
    }
    return option.short.map { name.dropFirst().first == $0 } ?? false
  }
}
