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
        0.28259093, -0.13355011, -0.54969114, -1.2949216, 1.8286251, 1.2703276, 0.67580742,
        0.14392825, -0.38795092, -0.68234003, -1.0779192, 1.1352561,
      ],
      exact: [
        0.32554, -0.15355, -0.63265, -1.11041, 1.56926, 1.0903, 0.60916, 0.13013, -0.3489,
        -0.82631, -1.30538, 1.37488,
      ]),
    Case(
      place: BatchPlace(index: 2, count: 3), side: 40, groups: 4,
      expected: [
        -0.89959627, -1.3626362, 1.2279662, 0.54065758, 0.21310951, -0.11443856, -0.43699575,
        -0.7625937, 1.0590525, 1.1540548, 0.64080697, 0.12755917,
      ],
      exact: [
        -0.93027, -1.40932, 1.27083, 0.79065, 0.31171, -0.16722, -0.64341, -1.12252, 1.55802,
        1.07674, 0.59787, 0.119,
      ]),
  ]

  @Test(arguments: cases) func `the fast kernels round as PyTorch`(_ test: Case) {
    // With fused multiply-adds, as PyTorch: to the last bits.
    let found = DNNLKernels().groupNorm(test.input, test.norm.at(test.place), activation: .none)
    #expect(largest(found, test.expected) < 1e-5)
  }

  @Test(arguments: cases) func `the portable kernels nearly so`(_ test: Case) {
    // Without them squares round twice.
    let found = PortableKernels().groupNorm(
      test.input, test.norm.at(test.place), activation: .none)
    #expect(largest(found, test.expected) < 0.1 * largest(found, test.exact))
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
