/// Up to four neighbouring values of arrays of the same length, from one place on.
struct Lanes {
  let place: Int
  /// How many of the four are inside: fewer than four at the end only.
  let width: Int

  /// The values at this place; lanes beyond the end hold `outside`.
  @inline(__always)
  func load(_ base: UnsafePointer<Float>, else outside: Float = 0) -> SIMD4<Float> {
    if width == 4 {
      return UnsafeRawPointer(base + place).loadUnaligned(as: SIMD4<Float>.self)
    }
    var value = SIMD4<Float>(repeating: outside)
    for lane in 0..<width { value[lane] = base[place + lane] }
    return value
  }

  /// The values at this place.
  @inline(__always)
  func load(_ base: UnsafeMutablePointer<Float>) -> SIMD4<Float> { load(UnsafePointer(base)) }

  /// Stores the lanes that are inside.
  @inline(__always)
  func store(_ value: SIMD4<Float>, _ base: UnsafeMutablePointer<Float>) {
    if width == 4 {
      UnsafeMutableRawPointer(base + place).storeBytes(of: value, as: SIMD4<Float>.self)
    } else {
      for lane in 0..<width { base[place + lane] = value[lane] }
    }
  }
}

/// Calls `body` for every four of `count` places, and for the rest.
@inline(__always)
func mapLanes(count: Int, _ body: (Lanes) -> Void) {
  var place = 0
  while place + 4 <= count {
    body(Lanes(place: place, width: 4))
    place += 4
  }
  if place < count { body(Lanes(place: place, width: count - place)) }
}

extension SIMD4<Float> {
  /// `activation` of every lane.
  @inline(__always)
  func activated(_ activation: Activation) -> SIMD4<Float> {
    switch activation {
    case .none: self
    case .silu: FloatMath.silu(self)
    case .gelu: FloatMath.gelu(self)
    case .quickGELU: FloatMath.quickGELU(self)
    }
  }
}
