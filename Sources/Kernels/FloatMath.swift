/// Elementary functions of float32 in plain Swift, four lanes at a time.
///
/// There is no C library in the browser, and one implementation gives the same bits everywhere.
/// Errors were measured against correctly rounded values; products and sums are rounded one by one.
public enum FloatMath {
  /// e^x, within 2 ulp; 0 below -87.3 (no subnormals), infinite above 88.72.
  @inline(__always)
  public static func exp(_ x: SIMD4<Float>) -> SIMD4<Float> {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low mantissa bits.
    let shifter = SIMD4<Float>(repeating: 12_582_912)
    let shifted = x * 1.442_695_04 + shifter
    let whole = shifted - shifter
    // ln 2 in two parts: the product with the first is exact.
    let rest = (x - whole * 0.693_359_375) + whole * 2.121_944_40e-4
    // Chebyshev interpolation of e^r on |r| <= ln(2) / 2.
    var y = rest * 1.394_859_3e-3 + 8.375_137e-3
    y = y * rest + 4.166_621_7e-2
    y = y * rest + 0.166_664_15
    y = y * rest + 0.5
    y = y * rest * rest + rest + 1
    let exponent = SIMD4<Int32>(truncatingIfNeeded: unsafeBitCast(shifted, to: SIMD4<Int32>.self))
    let bits = unsafeBitCast(y, to: SIMD4<Int32>.self) &+ (exponent &<< 23)
    y = unsafeBitCast(bits, to: SIMD4<Float>.self)
    y.replace(with: 0, where: x .< -87.3)
    y.replace(with: .infinity, where: x .> 88.722_839)
    return y
  }

  /// 2^x for x <= 0, within 2.5 ulp; 0 below -126 (no subnormals).
  @inline(__always)
  public static func power2(_ x: SIMD4<Float>) -> SIMD4<Float> {
    // As in `exp`; there is no scaling here, so that the rest is exact.
    let shifter = SIMD4<Float>(repeating: 12_582_912)
    let shifted = x + shifter
    let rest = x - (shifted - shifter)
    // Smallest largest relative error of 2^r on |r| <= 1/2, 2^0 being 1.
    var y = rest * 1.326_472_7e-3 + 9.671_513e-3
    y = y * rest + 5.550_733_6e-2
    y = y * rest + 0.240_222_42
    y = y * rest + 0.693_147
    y = y * rest + 1
    let exponent = unsafeBitCast(shifted, to: SIMD4<Int32>.self)
    let bits = unsafeBitCast(y, to: SIMD4<Int32>.self) &+ (exponent &<< 23)
    y = unsafeBitCast(bits, to: SIMD4<Float>.self)
    y.replace(with: 0, where: x .< -126)
    return y
  }

  /// The error function, within 2e-7.
  @inline(__always)
  public static func erf(_ x: SIMD4<Float>) -> SIMD4<Float> {
    let magnitude = x.replacing(with: -x, where: x .< 0)
    let square = x * x
    // Chebyshev interpolation of erf(x) / x in x^2 on [0, 1].
    var inner = square * 7.882_497_4e-5 - 8.018_855e-4
    inner = inner * square + 5.189_312e-3
    inner = inner * square - 2.685_432_9e-2
    inner = inner * square + 0.112_835_97
    inner = inner * square - 0.376_126_26
    inner = (inner * square + 1.128_379_1) * x
    // Chebyshev interpolation of ln(1 - erf(x)) on [1, 4]; beyond 4, erf rounds to 1.
    let t = magnitude.replacing(with: 4, where: magnitude .> 4)
    var outer = t * 1.614_061_6e-6 - 4.559_062_3e-5
    outer = outer * t + 5.927_695_3e-4
    outer = outer * t - 4.740_222_4e-3
    outer = outer * t + 2.636_471_8e-2
    outer = outer * t - 0.109_978_24
    outer = outer * t - 0.631_937_1
    outer = outer * t - 1.130_166_6
    outer = outer * t + 3.032_129_6e-4
    outer = 1 - exp(outer)
    outer.replace(with: -outer, where: x .< 0)
    return inner.replacing(with: outer, where: magnitude .> 1)
  }

  /// x * sigmoid(x).
  @inline(__always)
  public static func silu(_ x: SIMD4<Float>) -> SIMD4<Float> { x / (1 + exp(-x)) }

  /// x * Φ(x), by the error function.
  @inline(__always)
  public static func gelu(_ x: SIMD4<Float>) -> SIMD4<Float> {
    x * 0.5 * (1 + erf(x * 0.707_106_77))
  }

  /// x * sigmoid(1.702 x).
  @inline(__always)
  public static func quickGELU(_ x: SIMD4<Float>) -> SIMD4<Float> { x / (1 + exp(x * -1.702)) }

  /// The float nearest to a * b + c, rounded once: a fused multiply-add without the instruction.
  ///
  /// The product is exact in double; the sum is rounded to odd there (S. Boldo, G. Melquiond,
  /// "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd",
  /// 2008), so that the last rounding, to float, is right.
  @inline(__always)
  public static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float {
    let product = Double(a) * Double(b)
    let addend = Double(c)
    var sum = product + addend
    let part = sum - product
    let error = (product - (sum - part)) + (addend - part)
    if error != 0, sum.bitPattern & 1 == 0, sum.isFinite {
      let awayFromZero = (error > 0) == (sum > 0)
      sum = Double(bitPattern: awayFromZero ? sum.bitPattern &+ 1 : sum.bitPattern &- 1)
    }
    return Float(sum)
  }
}
