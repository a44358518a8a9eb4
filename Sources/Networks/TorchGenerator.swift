import Kernels

/// PyTorch's random number generator on a CPU, bit for bit (x86-64 with AVX2, torch 2.15).
///
/// The 32-bit Mersenne Twister (M. Matsumoto, T. Nishimura, 1998) with torch's ways of making
/// other distributions of it.
public struct TorchGenerator: Sendable {
  private var state: [UInt32]
  private var next = 624
  /// The second value of the last pair that the scalar method made, if it was not asked for.
  var pendingNormal: Double?

  /// `torch.Generator().manual_seed(seed)`: only the seed's low 32 bits matter.
  public init(seed: UInt64) {
    state = [UInt32](repeating: 0, count: 624)
    state[0] = UInt32(truncatingIfNeeded: seed)
    for index in 1..<624 {
      let previous = state[index - 1]
      state[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
    }
  }

  /// The next 32 random bits.
  public mutating func next32() -> UInt32 {
    if next == 624 { twist() }
    var bits = state[next]
    next += 1
    bits ^= bits >> 11
    bits ^= (bits << 7) & 0x9d2c_5680
    bits ^= (bits << 15) & 0xefc6_0000
    return bits ^ (bits >> 18)
  }

  /// The next 64 random bits: the first draw is the high half.
  public mutating func next64() -> UInt64 {
    let high = UInt64(next32())
    return high << 32 | UInt64(next32())
  }

  private mutating func twist() {
    for index in 0..<624 {
      let mixed = (state[index] & 0x8000_0000) | (state[(index + 1) % 624] & 0x7fff_ffff)
      let odd: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_b0df
      state[index] = state[(index + 397) % 624] ^ (mixed >> 1) ^ odd
    }
    next = 0
  }
}

extension TorchGenerator {
  /// `torch.rand` of one float32: uniform in [0, 1).
  public mutating func uniform() -> Float {
    Float(next32() & 0xff_ffff) * 0x1p-24
  }

  /// `torch.rand` of one float64: uniform in [0, 1).
  public mutating func uniformDouble() -> Double {
    Double(next64() & 0x1f_ffff_ffff_ffff) * 0x1p-53
  }

  /// `torch.rand(count)`.
  public mutating func uniforms(count: Int) -> [Float] {
    (0..<count).map { _ in uniform() }
  }

  /// `tensor.uniform_(low, high)`: the bounds are rounded to float32 as torch does.
  public mutating func uniforms(count: Int, from low: Double, to high: Double) -> [Float] {
    let start = Float(low)
    let range = Float(high) - start
    return (0..<count).map { _ in FloatMath.fma(uniform(), range, start) }
  }

  /// `torch.randperm(count)`.
  public mutating func permutation(count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in 0..<max(count - 1, 0) {
      let offset = Int(next32() % UInt32(count - index))
      order.swapAt(index, index + offset)
    }
    return order
  }

  /// `torch.randint(bound, …)` of one value: 64 bits are drawn for bounds from 2^28 on.
  public mutating func integer(below bound: UInt64) -> UInt64 {
    precondition(bound > 0)
    return (bound < 1 << 28 ? UInt64(next32()) : next64()) % bound
  }

  /// `torch.nn.Linear(inputs, outputs)`'s initial weights `[outputs, inputs]` and bias.
  public mutating func linear(inputs: Int, outputs: Int) -> (weights: [Float], bias: [Float]) {
    precondition(inputs > 0)
    let root = Double(inputs).squareRoot()
    // kaiming_uniform with a = √5: gain √(2 / (1 + 5)), then √3 times the standard deviation.
    let bound = 3.0.squareRoot() * ((1.0 / 3).squareRoot() / root)
    let weights = uniforms(count: outputs * inputs, from: -bound, to: bound)
    let bias = uniforms(count: outputs, from: -1 / root, to: 1 / root)
    return (weights, bias)
  }
}
