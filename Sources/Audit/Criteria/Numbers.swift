import ProjectPage

/// Numbers as the report writes them: a dot, and digits that do not depend on the locale.
enum Numbers {
  /// `value` with `places` digits after the dot, halves away from zero.
  static func decimal(_ value: Double, _ places: Int) -> String {
    value.isFinite ? Decimal.string(value, places: places) : "no number"
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
    let number = decimal(100 * difference, 0)
    let noun = number == "1" || number == "\u{2212}1" ? "point" : "points"
    return "\(difference > 0 ? "+" : "")\(number) \(noun)"
  }

  /// How large a difference of shares is, in percentage points, whatever its sign.
  static func gap(_ difference: Double) -> String {
    let points = (100 * difference.magnitude).rounded()
    return points < 1
      ? "less than a point" : points == 1 ? "1 point" : "\(decimal(points, 0)) points"
  }

  /// A ratio.
  static func factor(_ ratio: Double) -> String {
    decimal(ratio, ratio.magnitude < 10 ? 2 : ratio.magnitude < 100 ? 1 : 0)
  }

  /// `count` with its noun: "1 layer", "3 layers", "2 patches".
  static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? "\(noun)s")"
  }
}
