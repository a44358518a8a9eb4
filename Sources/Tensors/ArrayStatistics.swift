/// Smallest, largest and mean finite value of an array, and how many values are not finite.
public struct ArrayStatistics: Sendable, Equatable {
  /// The smallest finite value; nil where there is none.
  public private(set) var minimum: Double?
  /// The largest finite value; nil where there is none.
  public private(set) var maximum: Double?
  /// The mean of the finite values; nil where there is none.
  public private(set) var mean: Double?
  /// The number of NaNs.
  public private(set) var nanCount = 0
  /// The number of infinities of either sign.
  public private(set) var infiniteCount = 0

  /// Looks at every element of `array`, converted to float64 a part at a time.
  public init(of array: NDArray) {
    let part = 1 << 16
    var sum = CompensatedSum()
    var halves = CompensatedSum()
    var count = 0
    for start in stride(from: 0, to: array.count, by: part) {
      for value in array.doubles(start..<min(start + part, array.count)) {
        if value.isNaN {
          nanCount += 1
        } else if value.isInfinite {
          infiniteCount += 1
        } else {
          minimum = min(minimum ?? value, value)
          maximum = max(maximum ?? value, value)
          sum.add(value)
          halves.add(value * 0x1p-64)
          count += 1
        }
      }
    }
    guard count > 0 else { return }
    let plain = sum.value / Double(count)
    // The plain sum of numbers near 1.8e308 overflows; their mean does not.
    mean = plain.isFinite ? plain : halves.value / Double(count) * 0x1p64
  }
}

/// A sum that keeps what rounding loses (Neumaier 1974).
private struct CompensatedSum {
  private var sum = 0.0
  private var lost = 0.0

  var value: Double { sum + lost }

  @inline(__always)
  mutating func add(_ value: Double) {
    let next = sum + value
    lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }
}
