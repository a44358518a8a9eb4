import Foundation

/// A JSON value, as tests pass it to a browser and get it back.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// The value of `text`, or nil where that is no JSON.
  public init?(parsing text: some Sequence<UInt8>) {
    guard
      let value = try? JSONSerialization.jsonObject(
        with: Data(text), options: [.fragmentsAllowed])
    else { return nil }
    self.init(foundation: value)
  }

  private init(foundation value: Any) {
    switch value {
    case let text as String: self = .string(text)
    case let number as NSNumber:
      // Foundation gives `true` and `false` as numbers that are encoded as a `Bool`.
      let isBool = String(cString: number.objCType) == "c"
      self = isBool ? .bool(number.boolValue) : .number(number.doubleValue)
    case let array as [Any]: self = .array(array.map(JSON.init(foundation:)))
    case let object as [String: Any]: self = .object(object.mapValues(JSON.init(foundation:)))
    default: self = .null
    }
  }

  private var foundation: Any {
    switch self {
    case .null: NSNull()
    case .bool(let value): value
    case .number(let value):
      value == value.rounded() && abs(value) < 1e15 ? Int(value) as Any : value as Any
    case .string(let text): text
    case .array(let values): values.map(\.foundation)
    case .object(let values): values.mapValues(\.foundation)
    }
  }

  /// The value as compact JSON text with sorted keys.
  public var text: String {
    let data = try? JSONSerialization.data(
      withJSONObject: foundation, options: [.fragmentsAllowed, .sortedKeys])
    return String(decoding: data ?? Data("null".utf8), as: UTF8.self)
  }

  /// The value under `key`; null where this is no object or lacks it.
  public subscript(key: String) -> JSON {
    if case .object(let values) = self { values[key] ?? .null } else { .null }
  }

  /// The element at `index`; null where there is none.
  public subscript(index: Int) -> JSON {
    if case .array(let values) = self, values.indices.contains(index) {
      values[index]
    } else {
      .null
    }
  }

  /// The text, where this is a string.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The number, where this is one.
  public var number: Double? { if case .number(let value) = self { value } else { nil } }
  /// The number as an integer, where this is a whole one.
  public var int: Int? { number.flatMap { Int(exactly: $0) } }
  /// The truth value, where this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements; empty where this is no array.
  public var array: [JSON] { if case .array(let values) = self { values } else { [] } }
  /// The members; empty where this is no object.
  public var object: [String: JSON] { if case .object(let values) = self { values } else { [:] } }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object; of equal keys the last one counts.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  /// Null.
  public init(nilLiteral: ()) { self = .null }
}
