/// Numbers as the report writes them: a dot, and digits that do not depend on the locale.
enum Numbers {
  /// `value` with `places` digits after the dot, halves away from zero.
  static func decimal(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e15 else { return value.isFinite ? "\(value)" : "no number" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "\u{2212}" : ""
    return places == 0
      ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  /// A share as percent.
  static func percent(_ share: Double) -> String {
    let percent = 100 * share
    return "\(decimal(percent, percent.magnitude < 10 ? 1 : 0)) %"
  }

  /// What guessing gives, as percent: exact where one digit after the dot is enough.
  static func chance(_ share: Double) -> String { "\(decimal(100 * share, 1)) %" }

  /// A difference of shares as percentage points, with its sign.
  static func points(_ difference: Double) -> String {
    "\(difference > 0 ? "+" : "")\(decimal(100 * difference, 0)) points"
  }

  /// A ratio.
  static func factor(_ ratio: Double) -> String {
    decimal(ratio, ratio.magnitude < 10 ? 2 : ratio.magnitude < 100 ? 1 : 0)
  }

  /// `count` with its noun: "1 layer", "3 layers".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
