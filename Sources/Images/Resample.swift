/// The weights of one pass of Pillow's bicubic, antialiased resize from `n` to `m` samples.
///
/// Source: Pillow's `Resample.c` (`precompute_coeffs`), bicubic with a = -0.5.
struct ResampleWeights {
  /// The first source sample of each of the `m` outputs.
  private(set) var starts: [Int] = []
  /// Where each output's weights begin in ``values`` and ``fixed``; one more than outputs.
  private(set) var offsets: [Int] = [0]
  /// The weights, summing to 1 for each output.
  private(set) var values: [Double] = []
  /// The same in fixed point with 22 fractional bits.
  private(set) var fixed: [Int32] = []

  init(from n: Int, to m: Int) {
    let scale = Double(n) / Double(m)
    let filterScale = max(scale, 1)
    let support = 2 * filterScale
    for x in 0..<m {
      let center = (Double(x) + 0.5) * scale
      let low = max(Int(center - support + 0.5), 0)
      let high = min(Int(center + support + 0.5), n)
      var weights = (0..<high - low).map { i in
        Self.bicubic((Double(i + low) - center + 0.5) * (1 / filterScale))
      }
      var sum = 0.0
      for weight in weights { sum += weight }
      if sum != 0 { for i in weights.indices { weights[i] /= sum } }
      starts.append(low)
      values += weights
      fixed += weights.map { Int32($0 * Double(1 << 22) + ($0 < 0 ? -0.5 : 0.5)) }
      offsets.append(values.count)
    }
  }

  private static func bicubic(_ x: Double) -> Double {
    let a = -0.5
    let t = abs(x)
    if t < 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
    if t < 2 { return (((t - 5) * t + 8) * t - 4) * a }
    return 0
  }
}
