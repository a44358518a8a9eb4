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

/// Applies `activation` to every value; the only code of activations, as it is large in a browser.
@inline(never)
func activateInPlace(
  _ values: UnsafeMutablePointer<Float>, count: Int, _ activation: Activation
) {
  if case .none = activation { return }
  mapLanes(count: count) { lanes in
    let value = lanes.load(values)
    let activated: SIMD4<Float> =
      switch activation {
      case .none: value
      case .silu: FloatMath.silu(value)
      case .gelu: FloatMath.gelu(value)
      case .quickGELU: FloatMath.quickGELU(value)
      }
    lanes.store(activated, values)
  }
}
