import Kernels

extension TorchGenerator {
  /// `torch.randn(count)` into a contiguous float32 tensor.
  ///
  /// From 16 values on torch makes them by blocks, fewer one by one.
  public mutating func normals(count: Int) -> [Float] {
    guard count >= 16 else { return scalarNormals(count: count) }
    var values = uniforms(count: count)
    for first in stride(from: 0, through: count - 16, by: 16) {
      Self.transformBlock(&values, from: first)
    }
    if count % 16 != 0 {
      // The last 16 are drawn anew.
      for place in count - 16..<count { values[place] = uniform() }
      Self.transformBlock(&values, from: count - 16)
    }
    return values
  }

  /// Normals one by one, as torch fills a tensor that is not contiguous, in memory order.
  public mutating func scalarNormals(count: Int) -> [Float] {
    (0..<count).map { _ in Float(scalarNormal()) }
  }

  /// One normal by the polar form of Box and Muller's method in float64; the second is kept.
  private mutating func scalarNormal() -> Double {
    if let pending = pendingNormal {
      pendingNormal = nil
      return pending
    }
    let angle = 2 * Double.pi * uniformDouble()
    let radius = (-2 * DoubleMath.log(1 - uniformDouble())).squareRoot()
    pendingNormal = radius * DoubleMath.sin(angle)
    return radius * DoubleMath.cos(angle)
  }

  /// Turns 16 uniforms into 16 normals as torch's AVX2 code does.
  private static func transformBlock(_ values: inout [Float], from first: Int) {
    for place in first..<first + 8 {
      let radius = (-2 * logarithm(1 - values[place])).squareRoot()
      let (sine, cosine) = circular(Float(2 * Double.pi) * values[place + 8])
      values[place] = radius * cosine
      values[place + 8] = radius * sine
    }
  }

  /// The natural logarithm by the Cephes library's single-precision polynomial, fused as in torch.
  private static func logarithm(_ value: Float) -> Float {
    let fma = FloatMath.fma
    var exponent = Float(Int32(bitPattern: value.bitPattern >> 23) - 126)
    // The mantissa in [0.5, 1), then moved to [√½, √2) - 1.
    var x = Float(bitPattern: value.bitPattern & 0x007f_ffff | 0x3f00_0000)
    if x < 0.707_106_781_186_547_524 {
      exponent -= 1
      x += x - 1
    } else {
      x -= 1
    }
    let z = x * x
    var y: Float = 7.037_683_629_2e-2
    y = fma(y, x, -1.151_461_031_0e-1)
    y = fma(y, x, 1.167_699_874_0e-1)
    y = fma(y, x, -1.242_014_084_6e-1)
    y = fma(y, x, 1.424_932_278_7e-1)
    y = fma(y, x, -1.666_805_766_5e-1)
    y = fma(y, x, 2.000_071_476_5e-1)
    y = fma(y, x, -2.499_999_399_3e-1)
    y = fma(y, x, 3.333_333_117_4e-1)
    y *= x
    y = fma(y, z, exponent * -2.121_944_40e-4)
    y -= 0.5 * z
    return fma(exponent, 0.693_359_375, x + y)
  }

  /// Sine and cosine of a value in [0, 2π) by Cephes' polynomials, fused as in torch.
  private static func circular(_ value: Float) -> (sine: Float, cosine: Float) {
    let fma = FloatMath.fma
    // The octant, rounded up to an even one.
    let octant = (Int32(value * 1.273_239_544_735_16) + 1) & ~1
    let turns = Float(octant)
    var x = fma(turns, -0.785_156_25, value)
    x = fma(turns, -2.418_756_484_985_351_562_5e-4, x)
    x = fma(turns, -3.774_894_977_445_941_08e-8, x)
    let z = x * x
    var cosine: Float = 2.443_315_711_809_948e-5
    cosine = fma(cosine, z, -1.388_731_625_493_765e-3)
    cosine = fma(cosine, z, 4.166_664_568_298_827e-2)
    cosine *= z
    cosine = fma(cosine, z, -(z * 0.5)) + 1
    var sine: Float = -1.951_529_589_1e-4
    sine = fma(sine, z, 8.332_160_873_6e-3)
    sine = fma(sine, z, -1.666_665_461_1e-1)
    sine = fma(sine * z, x, x)
    switch octant & 7 {
    case 0: return (sine, cosine)
    case 2: return (cosine, -sine)
    case 4: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }
}
