/// The 16-bit floating-point formats as bit patterns, converted without hardware support.
///
/// Written without branches so that loops over them become vector code.
public enum Half {
  /// The float32 value of an IEEE 754 binary16 pattern; exact, NaN payloads kept.
  @inlinable @inline(__always)
  public static func float(float16 bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // The exponents' biases differ by 112: one multiplication also makes subnormals normal.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special = magnitude >= 0x0F80_0000 ? magnitude | 0x7F80_0000 : scaled
    return Float(bitPattern: special | UInt32(bits & 0x8000) << 16)
  }

  /// The float32 value of a bfloat16 pattern; exact.
  @inlinable @inline(__always)
  public static func float(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The binary16 pattern nearest to `value`, ties to even, overflow to infinity.
  @inlinable @inline(__always)
  public static func float16(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let bits = value.bitPattern & 0x7FFF_FFFF
    if bits > 0x7F80_0000 {
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: bits >> 13) & 0x03FF
    }
    if bits >= 0x477F_F000 { return sign | 0x7C00 }
    if bits < 0x3880_0000 {
      // Subnormal: adding 0.5 leaves the rounded fraction in the lowest bits.
      let rounded = Float(bitPattern: bits) + 0.5
      return sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- Float(0.5).bitPattern)
    }
    let odd = bits >> 13 & 1
    return sign | UInt16(truncatingIfNeeded: (bits &- 0x3800_0000 &+ 0x0FFF &+ odd) >> 13)
  }

  /// The bfloat16 pattern nearest to `value`, ties to even.
  @inlinable @inline(__always)
  public static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x0040 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }
}
