import Foundation
import Kernels
import Testing

/// The plain Swift functions against the C library's, in float64.
struct FloatMathTests {
  /// Values from -100 to 100, dense near 0, and every exponent.
  private let inputs: [Float] = {
    var values = (-20_000...20_000).map { Float($0) / 200 }
    values += (-20_000...20_000).map { Float($0) / 20_000 }
    for exponent in -126...6 {
      values += [Float(sign: .plus, exponent: exponent, significand: 1.3)]
    }
    return values + values.map { -$0 }
  }()

  private func one(_ function: (SIMD4<Float>) -> SIMD4<Float>, _ x: Float) -> Float {
    function(SIMD4(repeating: x))[3]
  }

  @Test func `exp is within 2 ulp`() {
    for x in inputs where x > -87 && x < 88.7 {
      let expected = exp(Double(x))
      let error = abs(Double(one(FloatMath.exp, x)) - expected) / Double(Float(expected).ulp)
      #expect(error <= 2, "exp(\(x)): \(error) ulp")
    }
    #expect(one(FloatMath.exp, -.infinity) == 0)
    #expect(one(FloatMath.exp, -200) == 0)
    #expect(one(FloatMath.exp, 89) == .infinity)
    #expect(one(FloatMath.exp, .infinity) == .infinity)
    #expect(one(FloatMath.exp, .nan).isNaN)
    #expect(one(FloatMath.exp, 0) == 1)
  }

  @Test func `powers of 2 are within 2.5 ulp`() {
    for x in inputs where x <= 0 && x >= -126 {
      let expected = exp2(Double(x))
      let error = abs(Double(one(FloatMath.power2, x)) - expected) / Double(Float(expected).ulp)
      #expect(error <= 2.5, "2^\(x): \(error) ulp")
    }
    #expect(one(FloatMath.power2, -.infinity) == 0)
    #expect(one(FloatMath.power2, -200) == 0)
    #expect(one(FloatMath.power2, .nan).isNaN)
    #expect(one(FloatMath.power2, 0) == 1)
  }

  @Test func `erf is within 2e-7`() {
    for x in inputs {
      #expect(abs(Double(one(FloatMath.erf, x)) - erf(Double(x))) <= 2e-7, "erf(\(x))")
    }
    #expect(one(FloatMath.erf, .infinity) == 1)
    #expect(one(FloatMath.erf, -.infinity) == -1)
  }

  @Test func `activations follow their formulas`() {
    for x in inputs {
      let value = Double(x)
      let tolerance = 3e-7 * max(1, abs(value))
      #expect(abs(Double(one(FloatMath.silu, x)) - value / (1 + exp(-value))) <= tolerance)
      let gelu = 0.5 * value * (1 + erf(value / 2.0.squareRoot()))
      #expect(abs(Double(one(FloatMath.gelu, x)) - gelu) <= tolerance)
      let quick = value / (1 + exp(-1.702 * value))
      #expect(abs(Double(one(FloatMath.quickGELU, x)) - quick) <= tolerance)
    }
  }

  @Test func `fma rounds once`() {
    var random = SplitMix(state: 7)
    for index in 0..<200_000 {
      var parts: [Float] = []
      for _ in 0..<3 {
        let bits = UInt32(truncatingIfNeeded: random.next())
        // All bit patterns, and such near each other, where the sum cancels.
        parts.append(
          index % 2 == 0
            ? Float(bitPattern: bits) : Float(bitPattern: bits & 0x81ff_ffff | 0x3e00_0000))
      }
      if index % 4 == 1 { parts[2] = -(parts[0] * parts[1]).nextUp }
      let expected = parts[2].addingProduct(parts[0], parts[1])
      let found = FloatMath.fma(parts[0], parts[1], parts[2])
      #expect(found == expected || (found.isNaN && expected.isNaN), "fma\(parts)")
    }
  }

  @Test func `float64 functions are the C library's to 2 ulp`() {
    for index in 0..<20_000 {
      let unit = (Double(index) + 0.37) / 20_000
      let angle = unit * 2 * Double.pi
      for (found, expected) in [
        (DoubleMath.log(unit), log(unit)), (DoubleMath.log(unit * 1e6), log(unit * 1e6)),
        (DoubleMath.exp(unit * 40 - 30), exp(unit * 40 - 30)),
      ] {
        #expect(abs(found - expected) <= 2 * expected.ulp, "\(unit)")
      }
      for (found, expected) in [
        (DoubleMath.sin(angle), sin(angle)), (DoubleMath.cos(angle), cos(angle)),
        (DoubleMath.sin(unit * 1000), sin(unit * 1000)),
        (DoubleMath.cos(unit * 1000), cos(unit * 1000)),
      ] {
        #expect(abs(found - expected) <= 1e-15 * 2, "\(unit)")
      }
    }
  }
}
