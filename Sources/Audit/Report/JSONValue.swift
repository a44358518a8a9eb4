import Foundation

/// A JSON document as a value; numbers that are none become null.
indirect enum JSONValue: Encodable, Equatable {
  case object([String: JSONValue])
  case list([JSONValue])
  case text(String)
  case number(Double)
  case integer(Int)
  case flag(Bool)
  case null

  /// `value` with six digits after the dot, more than any of our measurements has; null for nil, NaN
  /// and infinities.
  static func rounded(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    let rounded = (value * 1e6).rounded() / 1e6
    return .number(rounded.isFinite ? rounded : value)
  }

  /// `value`, or null.
  static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let fields): try container.encode(fields)
    case .list(let elements): try container.encode(elements)
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .integer(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .null: try container.encodeNil()
    }
  }

  /// The document's bytes: keys sorted, a line break at the end.
  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return [] }
    return Array(data) + [UInt8(ascii: "\n")]
  }
}
