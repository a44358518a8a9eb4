/// A comparison of numbers that decides whether a text of the content file holds:
/// `mini.corner.max > 0.5 * mini-circular.corner.max + 0.5`.
///
/// Either side is a sum of terms, a term a product of numbers and names of facts, everything parted
/// by blanks. Facts count as they are shown, rounded, so that words and numbers agree.
struct Condition {
  private enum Factor {
    case number(Double)
    case fact(String)
  }

  /// Terms with their signs.
  private typealias Sum = [(sign: Double, factors: [Factor])]

  private let left: Sum
  private let right: Sum
  private let holds: @Sendable (Double, Double) -> Bool

  private static let relations: [String: @Sendable (Double, Double) -> Bool] = [
    "<": { $0 < $1 }, ">": { $0 > $1 }, "<=": { $0 <= $1 }, ">=": { $0 >= $1 },
    "=": { $0 == $1 },
  ]

  /// The condition that `text` states; nil where it states none.
  init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    let places = words.indices.filter { Self.relations[words[$0]] != nil }
    guard places.count == 1, let place = places.first, let relation = Self.relations[words[place]],
      let left = Self.sum(words[..<place]), let right = Self.sum(words[(place + 1)...])
    else { return nil }
    (self.left, self.right, holds) = (left, right, relation)
  }

  /// The names of facts in it.
  var names: [String] {
    (left + right).flatMap(\.factors).compactMap {
      if case .fact(let name) = $0 { name } else { nil }
    }
  }

  /// Whether it holds; nil where a fact is absent or no number.
  func evaluate(_ fact: (String) -> Double?) -> Bool? {
    guard let left = Self.value(left, fact), let right = Self.value(right, fact) else {
      return nil
    }
    return holds(left, right)
  }

  private static func sum(_ words: ArraySlice<String>) -> Sum? {
    var terms: Sum = []
    var sign = 1.0
    for term in words.split(omittingEmptySubsequences: false, whereSeparator: { "+-".contains($0) })
    {
      var factors: [Factor] = []
      for (place, word) in term.enumerated() {
        // Factors and asterisks take turns.
        if place % 2 == 1 {
          guard word == "*" else { return nil }
        } else if let number = Double(word) {
          factors.append(.number(number))
        } else {
          guard word.first?.isLetter == true else { return nil }
          factors.append(.fact(word))
        }
      }
      guard term.count % 2 == 1 else { return nil }
      terms.append((sign, factors))
      if term.endIndex < words.endIndex { sign = words[term.endIndex] == "-" ? -1 : 1 }
    }
    return terms
  }

  private static func value(_ sum: Sum, _ fact: (String) -> Double?) -> Double? {
    var total = 0.0
    for term in sum {
      var product = term.sign
      for factor in term.factors {
        switch factor {
        case .number(let number): product *= number
        case .fact(let name):
          guard let value = fact(name) else { return nil }
          product *= value
        }
      }
      total += product
    }
    return total
  }
}
