/// Elementary functions of float64 in plain Swift, for the few places that need them.
///
/// Within 2 ulp on the stated ranges, so that results rounded to float32 are as a C library's. Terms
/// are counted in whole numbers, because strides of floating-point numbers need C's `fma`.
public enum DoubleMath {
  /// e^x for |x| < 700.
  public static func exp(_ x: Double) -> Double {
    let whole = (x * 1.442_695_040_888_963_4).rounded(.toNearestOrEven)
    let rest = (x - whole * 6.931_471_803_691_238e-1) - whole * 1.908_214_929_270_587_7e-10
    // Taylor's series; |rest| <= 0.347, so 14 terms reach 2^-56.
    var sum = 1.0
    for term in stride(from: 14, through: 1, by: -1) { sum = 1 + sum * rest / Double(term) }
    return sum * Double(sign: .plus, exponent: Int(whole), significand: 1)
  }

  /// The natural logarithm of a positive, normal number.
  public static func log(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.414_213_562_373_095_1 {
      mantissa /= 2
      exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1)); the argument is at most 0.172.
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var series = 0.0
    for power in stride(from: 25, through: 3, by: -2) {
      series = (series + 1 / Double(power)) * square
    }
    let small = 2 * s + 2 * s * series
    return exponent * 6.931_471_803_691_238e-1 + (exponent * 1.908_214_929_270_587_7e-10 + small)
  }

  /// The sine for |x| < 10^5.
  public static func sin(_ x: Double) -> Double { circular(x, quarterTurns: 0) }

  /// The cosine for |x| < 10^5.
  public static func cos(_ x: Double) -> Double { circular(x, quarterTurns: 1) }

  /// sin(x + quarterTurns * π / 2).
  private static func circular(_ x: Double, quarterTurns: Int) -> Double {
    let turns = (x * 6.366_197_723_675_814e-1).rounded(.toNearestOrEven)
    // π / 2 in three parts; the products with the first two are exact for small `turns`.
    let first = x - turns * 1.570_796_326_734_125_6
    let second = first - turns * 6.077_100_506_303_966e-11
    let rest = second - turns * 2.022_266_248_795_950_6e-21
    let square = rest * rest
    let quadrant = (Int(turns) &+ quarterTurns) & 3
    var sum = 1.0
    if quadrant & 1 == 0 {
      for term in stride(from: 18, through: 2, by: -2) {
        sum = 1 - sum * square / Double(term * (term + 1))
      }
      sum *= rest
    } else {
      for term in stride(from: 19, through: 1, by: -2) {
        sum = 1 - sum * square / Double(term * (term + 1))
      }
    }
    return quadrant & 2 == 0 ? sum : -sum
  }
}
