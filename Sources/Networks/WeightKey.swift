/// The name of a tensor in a checkpoint, `down_blocks.0.resnets.0.conv1.weight`, as UTF-8 bytes.
///
/// Bytes rather than a `String`, whose comparison would bring Unicode tables into the browser.
public struct WeightKey: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The bytes of the name.
  public private(set) var utf8: [UInt8]

  /// The name that a literal spells.
  public init(stringLiteral name: StaticString) {
    utf8 = name.withUTF8Buffer { Array($0) }
  }

  /// This name, a dot, and `part`.
  public subscript(part: StaticString) -> WeightKey {
    var longer = self
    if !utf8.isEmpty { longer.utf8.append(UInt8(ascii: ".")) }
    part.withUTF8Buffer { longer.utf8.append(contentsOf: $0) }
    return longer
  }

  /// This name, a dot, and the decimal digits of `index`, which must not be negative.
  public subscript(index: Int) -> WeightKey {
    var longer = self
    longer.utf8.append(UInt8(ascii: "."))
    var digits: [UInt8] = []
    var rest = index
    repeat {
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    longer.utf8.append(contentsOf: digits.reversed())
    return longer
  }
}

extension WeightKey: Comparable {
  /// Byte order.
  public static func < (first: WeightKey, second: WeightKey) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }

  /// Whether the name ends with `suffix`.
  public func hasSuffix(_ suffix: StaticString) -> Bool {
    suffix.withUTF8Buffer { utf8.count >= $0.count && utf8.suffix($0.count).elementsEqual($0) }
  }
}

extension WeightKey: CustomStringConvertible {
  /// The name as a string.
  public var description: String { String(decoding: utf8, as: UTF8.self) }
}
