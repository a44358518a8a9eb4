/// The sum over `count` places of `term`, sixteen lanes at a time: scalar sums never vectorise.
@inline(__always)
private func sum(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ count: Int,
  _ term: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
) -> Float {
  var sums = SIMD16<Float>()
  var place = 0
  while place + 16 <= count {
    let a = UnsafeRawPointer(first + place).loadUnaligned(as: SIMD16<Float>.self)
    let b = UnsafeRawPointer(second + place).loadUnaligned(as: SIMD16<Float>.self)
    sums += term(a, b)
    place += 16
  }
  if place < count {
    var a = SIMD16<Float>()
    var b = SIMD16<Float>()
    for lane in 0..<count - place {
      a[lane] = first[place + lane]
      b[lane] = second[place + lane]
    }
    sums += term(a, b)
  }
  return horizontal(sums) { $0 + $1 }
}

/// Folds sixteen lanes into one, halving.
@inline(__always)
private func horizontal(
  _ value: SIMD16<Float>, _ fold: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
) -> Float {
  let zero = SIMD8<Float>()
  let eight = fold(value.lowHalf, value.highHalf)
  let four = fold(
    SIMD8(lowHalf: eight.lowHalf, highHalf: zero.lowHalf),
    SIMD8(lowHalf: eight.highHalf, highHalf: zero.lowHalf))
  let two = fold(
    SIMD8(four[0], four[1], 0, 0, 0, 0, 0, 0), SIMD8(four[2], four[3], 0, 0, 0, 0, 0, 0))
  return fold(SIMD8(repeating: two[0]), SIMD8(repeating: two[1]))[0]
}

@inline(__always)
private func magnitude(_ value: SIMD16<Float>) -> SIMD16<Float> {
  value.replacing(with: -value, where: value .< 0)
}

/// a · b.
func innerProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  sum(a, b, count) { $0 * $1 }
}

/// The sum of |a - b|.
func sumOfDifferences(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  sum(a, b, count) { magnitude($0 - $1) }
}

/// The sum of (a - b)².
func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  sum(a, b, count) { ($0 - $1) * ($0 - $1) }
}

/// The largest |a - b|.
func largestDifference(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float
{
  var largest = SIMD16<Float>()
  var place = 0
  while place + 16 <= count {
    let first = UnsafeRawPointer(a + place).loadUnaligned(as: SIMD16<Float>.self)
    let second = UnsafeRawPointer(b + place).loadUnaligned(as: SIMD16<Float>.self)
    let difference = magnitude(first - second)
    largest.replace(with: difference, where: largest .< difference)
    place += 16
  }
  var result = horizontal(largest) { $0.replacing(with: $1, where: $0 .< $1) }
  while place < count {
    result = max(result, (a[place] - b[place]).magnitude)
    place += 1
  }
  return result
}
