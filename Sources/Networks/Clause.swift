/// A part of a sentence, as UTF-8 bytes.
///
/// Bytes rather than a `String`, whose operations would be a fifth of the browser's module.
public struct Clause: Equatable, Sendable, ExpressibleByStringLiteral {
  /// The bytes.
  public private(set) var utf8: [UInt8]

  /// The clause that a literal spells.
  public init(stringLiteral text: StaticString) {
    utf8 = text.withUTF8Buffer { Array($0) }
  }

  /// The clause of these bytes.
  public init(utf8: [UInt8]) { self.utf8 = utf8 }

  /// This clause and another after it.
  static func + (first: Clause, second: Clause) -> Clause { Clause(utf8: first.utf8 + second.utf8) }

  /// A list of numbers, `[1, 2]`.
  static func list(_ numbers: [Int]) -> Clause {
    var text: Clause = "["
    for (index, number) in numbers.enumerated() {
      if index > 0 { text = text + ", " }
      text = text + Clause(decimal: number)
    }
    return text + "]"
  }

  /// The digits of a number.
  private init(decimal number: Int) {
    var digits: [UInt8] = []
    var rest = number.magnitude
    repeat {
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    if number < 0 { digits.append(UInt8(ascii: "-")) }
    utf8 = digits.reversed()
  }
}

extension Clause: CustomStringConvertible {
  /// The clause as a string.
  public var description: String { String(decoding: utf8, as: UTF8.self) }
}
