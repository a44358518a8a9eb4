#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Where an axis has its ticks, and how it grows when data leave its limits.
public enum TickRule: Sendable {
  /// Whole multiples of a step.
  case multiples(of: Double)
  /// Whole powers of two.
  case powersOfTwo

  private static let mostTicks = 9.0

  /// The limits `start…end`, each moved out to the next tick where `values` leave it, and the ticks
  /// between them; values that have no place (not finite, or not positive on a logarithmic axis) do
  /// not count.
  ///
  /// METHOD.md, "The figures": axis limits as published, growing to the next tick.
  public func axis(from start: Double, to end: Double, holding values: [Double]) -> (
    scale: Scale, ticks: [Tick]
  ) {
    switch self {
    case .multiples(let step): Self.linear(start, end, step, values)
    case .powersOfTwo: Self.powers(start, end, values)
    }
  }

  private static func linear(
    _ start: Double, _ end: Double, _ step: Double, _ values: [Double]
  ) -> (Scale, [Tick]) {
    // Beyond this a double has no tick to grow to.
    let values = values.filter { $0.isFinite }.map { max(-1e300, min(1e300, $0)) }
    var step = step
    let (low, high) = (min(start, values.min() ?? start), max(end, values.max() ?? end))
    if low < start || high > end, (high - low) / step > mostTicks {
      step = niceStep(high - low, ticks: 6)
    }
    let lower = low < start ? (low / step).rounded(.down) * step : start
    let upper = high > end ? (high / step).rounded(.up) * step : end
    return (Scale(.linear, from: lower, to: upper), multiples(of: step, from: lower, to: upper))
  }

  private static func powers(
    _ start: Double, _ end: Double, _ values: [Double]
  ) -> (Scale, [Tick]) {
    let values = values.filter { $0.isFinite && $0 > 0 }.map { max(1e-300, min(1e300, $0)) }
    let (low, high) = (min(start, values.min() ?? start), max(end, values.max() ?? end))
    let lower = low < start ? exp2(log2(low).rounded(.down)) : start
    let upper = high > end ? exp2(log2(high).rounded(.up)) : end
    let first = log2(lower).rounded(.up)
    let last = log2(upper).rounded(.down)
    let stride = max(1, ((last - first) / mostTicks).rounded(.up))
    // Ticks keep 1.0, the value that ratios are compared with.
    var exponent = (first / stride).rounded(.up) * stride
    var ticks: [Tick] = []
    while exponent <= last {
      ticks.append(Tick(exp2(exponent), powerLabel(Int(exponent))))
      exponent += stride
    }
    return (Scale(.log2, from: lower, to: upper), ticks)
  }

  private static func powerLabel(_ exponent: Int) -> String {
    (-3...9).contains(exponent)
      ? Fixed.string(exp2(Double(exponent)), places: exponent < 0 ? -exponent : 1)
      : "2" + Superscript.text(exponent)
  }

  /// Multiples of `step` in `start…end`, labelled with as many decimals as the step needs.
  static func multiples(of step: Double, from start: Double, to end: Double) -> [Tick] {
    let (low, high) = (min(start, end), max(start, end))
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 1000 else { return [] }
    var places = 0
    while places < 6, (step * pow(10, Double(places))).remainder(dividingBy: 1).magnitude > 1e-6 {
      places += 1
    }
    return (0...Int(last - first)).map {
      let value = (first + Double($0)) * step
      return Tick(value, Fixed.string(value == 0 ? 0 : value, places: places))
    }
  }

  /// A step of 1, 2 or 5 times a power of ten that cuts `range` into about `ticks` parts.
  static func niceStep(_ range: Double, ticks: Int) -> Double {
    guard range.isFinite, range > 0 else { return 1 }
    let rough = range / Double(ticks)
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10
    return factor * power
  }
}

/// Whole numbers as exponents.
enum Superscript {
  /// `number` in superscript digits: `-12` as ⁻¹².
  static func text(_ number: Int) -> String {
    let digits: [Character: Character] = [
      "-": "\u{207B}", "0": "\u{2070}", "1": "\u{B9}", "2": "\u{B2}", "3": "\u{B3}",
      "4": "\u{2074}", "5": "\u{2075}", "6": "\u{2076}", "7": "\u{2077}", "8": "\u{2078}",
      "9": "\u{2079}",
    ]
    return String(String(number).map { digits[$0] ?? $0 })
  }
}
