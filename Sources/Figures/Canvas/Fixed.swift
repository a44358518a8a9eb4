/// Numbers as text, the same under every locale: never an exponent, always a digit before the point.
enum Fixed {
  /// Appends `value` with exactly `places` decimals (at most 9).
  ///
  /// `value` must be finite and, times 10^places, fit an Int; canvas coordinates are.
  static func append(_ value: Double, places: Int, to text: inout [UInt8]) {
    var unit = 1
    for _ in 0..<places { unit *= 10 }
    let scaled = Int((value * Double(unit)).rounded())
    if scaled < 0 { text.append(UInt8(ascii: "-")) }
    let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(unit))
    text.append(contentsOf: String(whole).utf8)
    guard places > 0 else { return }
    text.append(UInt8(ascii: "."))
    var divisor = UInt(unit / 10)
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(part / divisor % 10))
      divisor /= 10
    }
  }

  /// `value` with `places` decimals; a value too large for that in Swift's own notation.
  static func string(_ value: Double, places: Int) -> String {
    guard value.magnitude < 1e9 else { return "\(value)" }
    var text: [UInt8] = []
    append(value, places: places, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// `value` with at most `places` decimals, without trailing zeros.
  static func short(_ value: Double, places: Int) -> String {
    var text = string(value, places: places)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }
}
