/// The larger of `start` and every row of eight scores, lane by lane.
@inline(never)
func largestScores(
  _ scores: UnsafeMutablePointer<Float>, keys: Int, _ start: SIMD8<Float>
) -> SIMD8<Float> {
  var place = UnsafeRawPointer(scores)
  var largest = start
  // Four rows at a time: a maximum waits for the one before it.
  var even = SIMD16<Float>(lowHalf: start, highHalf: start)
  var odd = even
  for _ in 0..<keys / 4 {
    let first = place.load(as: SIMD16<Float>.self)
    let second = place.load(fromByteOffset: 64, as: SIMD16<Float>.self)
    even.replace(with: first, where: even .< first)
    odd.replace(with: second, where: odd .< second)
    place += 128
  }
  even.replace(with: odd, where: even .< odd)
  largest.replace(with: even.lowHalf, where: largest .< even.lowHalf)
  largest.replace(with: even.highHalf, where: largest .< even.highHalf)
  for _ in 0..<keys % 4 {
    let row = place.load(as: SIMD8<Float>.self)
    largest.replace(with: row, where: largest .< row)
    place += 32
  }
  return largest
}

/// Replaces every row of eight scores by 2^(score - largest); the rows' sum.
@inline(never)
func weightsInPlace(
  _ scores: UnsafeMutablePointer<Float>, keys: Int, _ largest: SIMD8<Float>
) -> SIMD8<Float> {
  var place = UnsafeMutableRawPointer(scores)
  var sum = SIMD8<Float>()
  for _ in 0..<keys {
    let weights = power2(place.load(as: SIMD8<Float>.self) - largest)
    sum += weights
    place.storeBytes(of: weights, as: SIMD8<Float>.self)
    place += 32
  }
  return sum
}

/// 2^x of eight lanes; see ``FloatMath/power2(_:)``.
@inline(__always)
func power2(_ x: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(lowHalf: FloatMath.power2(x.lowHalf), highHalf: FloatMath.power2(x.highHalf))
}
