import DNNLKernels
import Kernels
import Testing

/// Group norms of nearly flat batches as PyTorch 2.15 gives them on two threads.
///
/// ```python
/// i = np.arange(N * h * h * C, dtype=np.int64)
/// v = np.float32(2) + (i * 7919 % 1009).astype(np.float32) * np.float32(2**-17)
/// x = torch.tensor(v.reshape(N, h, h, C)).permute(0, 3, 1, 2)  # channels-last
/// y = torch.nn.functional.group_norm(x, G, torch.ones(C), torch.zeros(C), 1e-6)
/// print(y[n, :, 0, 0])
/// ```
struct BatchMomentsTests {
  struct Case: Sendable {
    let place: BatchPlace
    let side: Int
    let groups: Int
    /// PyTorch's first token, and the same from float64.
    let expected: [Float]
    let exact: [Float]

    var channels: Int { expected.count }

    var input: FeatureMap {
      let count = side * side * channels
      let start = place.index * count
      return FeatureMap(
        height: side, width: side, channels: channels,
        values: (start..<start + count).map { 2 + Float($0 * 7919 % 1009) * 0x1p-17 })
    }

    var norm: GroupNorm {
      let ones = [Float](repeating: 1, count: channels)
      return GroupNorm(
        groups: groups, epsilon: 1e-6, scale: ones, shift: ones.map { _ in 0 })
    }
  }

  static let cases = [
    Case(
      place: .alone, side: 64, groups: 2,
      expected: [
        -1.1342163, 0.79240304, 0.44804233, 0.10368164, -0.24589396, -0.5976303, -0.9493667,
        1.0185177,
      ],
      exact: [-1.578, 1.10212, 0.62308, 0.14404, -0.33505, -0.81404, -1.29303, 1.38682]),
    Case(
      place: BatchPlace(index: 1, count: 3), side: 40, groups: 4,
      expected: [
        -1.1214391, 1.5027317, 1.0336919, 0.56465197, 0.09081398, -0.35922426, -0.80926251,
        -1.2593007, 1.1953899, 0.76779562, 0.34020141, -0.087392807, -0.54913861, -1.0056952,
        -1.4622519, 1.0920781,
      ],
      exact: [
        -1.14503, 1.53506, 1.05603, 0.57699, 0.09689, -0.38209, -0.86107, -1.34004, 1.33932,
        0.86028, 0.38125, -0.09778, -0.57585, -1.05486, -1.53386, 1.14605,
      ]),
    Case(
      place: BatchPlace(index: 2, count: 3), side: 40, groups: 4,
      expected: [
        -0.52671236, -0.87989068, 1.0960613, 0.74288303, 0.41409659, 0.039360382, -0.33537585,
        -0.71011209, -1.0577641, 0.98719323, 0.62168097, 0.25616875, -0.1091792, -0.47132087,
        -0.83346254, 1.1926373,
      ],
      exact: [
        -0.71456, -1.19357, 1.48638, 1.00737, 0.52928, 0.05027, -0.42874, -0.90776, -1.38641,
        1.29369, 0.81465, 0.33562, -0.14446, -0.62342, -1.10239, 1.57733,
      ]),
  ]

  @Test(arguments: cases) func `the fast kernels round as PyTorch`(_ test: Case) {
    // With fused multiply-adds, as PyTorch: to the last bits.
    let found = DNNLKernels().groupNorm(test.input, test.norm.at(test.place), activation: .none)
    #expect(largest(found, test.expected) < 1e-5)
  }

  /// Without fused multiply-adds squares round twice: up to a tenth of the norm where the map is as
  /// flat as these, nothing to speak of where it is less so.
  @Test(arguments: [cases[0], cases[2]])
  func `the portable kernels nearly so`(_ test: Case) {
    let found = PortableKernels().groupNorm(
      test.input, test.norm.at(test.place), activation: .none)
    #expect(largest(found, test.expected) < 0.3 * largest(found, test.exact))
  }

  @Test(arguments: cases) func `without a batch both are exact`(_ test: Case) {
    #expect(
      largest(PortableKernels().groupNorm(test.input, test.norm, activation: .none), test.exact)
        < 1e-3)
    #expect(
      largest(DNNLKernels().groupNorm(test.input, test.norm, activation: .none), test.exact)
        < 1e-3)
  }

  @Test func `a batch is cut in half, small maps are not`() {
    let places = (0..<3).map { BatchPlace(index: $0, count: 3).cut(tokens: 2000) }
    #expect(places == [2000, 1000, 0])
    #expect(BatchPlace(index: 1, count: 3).cut(tokens: 1023) == 1023)
    #expect(BatchPlace.alone.cut(tokens: 1025) == 513)
  }

  /// The largest difference of the first token.
  private func largest(_ found: FeatureMap, _ expected: [Float]) -> Float {
    zip(found.values, expected).map { abs($0 - $1) }.max() ?? .infinity
  }
}
