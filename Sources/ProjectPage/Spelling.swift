/// Guesses what a misspelt name was meant to be.
package enum Spelling {
  /// The known name with the fewest edits to `name`, where these are at most two.
  package static func closest(to name: String, among known: some Collection<String>) -> String? {
    known.map { (distance(Array(name), Array($0)), $0) }.filter { $0.0 <= 2 }.min(by: <)?.1
  }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(diagonal + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        (diagonal, row[j + 1]) = (row[j + 1], next)
      }
    }
    return row[b.count]
  }
}
