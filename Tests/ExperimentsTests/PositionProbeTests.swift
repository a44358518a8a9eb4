import Experiments
import Networks
import Testing

/// The oracle is PyTorch 2.15 on a CPU, by a program short enough to stand here.
///
///     i = numpy.arange(24 * 144 * 20); x = (i * i * 0.6180339887498949 % 1 - 0.5).reshape(-1, 20)
///     x[:, 0] += 3 * row; x[:, 1] -= 2 * column; torch.manual_seed(42)
///     for layer in range(2):  # one stream of random numbers over both
///         lin = nn.Linear(20, 24); opt = Adam(lin.parameters(), lr=1e-3)
///         for epoch in range(5): train on x[:19 * 144] in batches of 512 by randperm, then test
@Suite("Position estimation")
struct PositionProbeTests {
  private static let images = 24
  private static let side = 12
  private static let channels = 20
  private static let training = ProbeTraining(images: images, side: side, channels: channels)

  private static let tokens = {
    var values = (0..<images * side * side * channels).map { index in
      let square = Double(index) * Double(index)
      return Float(
        (square * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1) - 0.5)
    }
    for token in 0..<images * side * side {
      values[token * channels] += Float(token % (side * side) / side) * 3
      values[token * channels + 1] -= Float(token % side) * 2
    }
    return ResidentTokens(values, channels: channels)
  }()

  @Test("Two layers in a row give torch's accuracies and weights")
  func equalsTorch() throws {
    var generator = TorchGenerator(seed: 42)
    let first = try Self.training.run(Self.tokens, generator: &generator)
    let second = try Self.training.run(Self.tokens, generator: &generator)
    // Rounding differs in the last bits of every step: one flipped prediction is 7e-4 of 1440.
    expectClose(first.accuracies[0], 0.148_611, within: 2e-3)
    expectClose(first.accuracies[1], 0.077_083, within: 2e-3)
    expectClose(first.accuracies[16], 0.159_028, within: 2e-3)
    expectClose(first.accuracies[19], 0.088_889, within: 2e-3)
    expectClose(second.accuracies[0], 0.180_556, within: 2e-3)
    expectClose(second.accuracies[16], 0.160_417, within: 2e-3)
    expectClose(second.accuracies[19], 0.096_528, within: 2e-3)
    // Adam's steps are at most 1e-3 each, whatever the gradient's size, so weights stay close.
    expectClose(first.weights.reduce(0, +), -5.500_727, within: 2e-3)
    expectClose(first.weights[0], 0.140_508_5, within: 2e-5)
    expectClose(first.weights[5 * Self.channels + 1], 0.026_547_8, within: 2e-5)
    expectClose(first.bias[3], 0.052_781_2, within: 2e-5)
    expectClose(second.weights[0], 0.022_849_4, within: 2e-5)
    expectClose(second.bias[3], 0.004_652_4, within: 2e-5)
  }

  @Test("Skipping a layer leaves the generator where training it would")
  func skip() throws {
    var trained = TorchGenerator(seed: 42)
    var skipped = trained
    _ = try Self.training.run(Self.tokens, generator: &trained)
    Self.training.skip(&skipped)
    #expect(trained.next64() == skipped.next64())
  }

  @Test("Tokens gathered in sweeps give the same bits as tokens in memory")
  func sweeps() throws {
    var one = TorchGenerator(seed: 1)
    var other = one
    let resident = try Self.training.run(Self.tokens, generator: &one)
    let swept = try Self.training.run(Swept(tokens: Self.tokens), generator: &other)
    #expect(resident.weights == swept.weights)
    #expect(resident.accuracies == swept.accuracies)
  }

  @Test("Accuracy compares cells: index * size / side")
  func easy() throws {
    // Tokens that say row and column in 16 channels each are learnt; then every size is right.
    let side = 8
    let channels = 256
    var values = [Float](repeating: 0, count: 40 * side * side * channels)
    for token in 0..<40 * side * side {
      for copy in stride(from: 0, to: channels, by: 16) {
        values[token * channels + copy + token % (side * side) / side] = 10
        values[token * channels + copy + 8 + token % side] = 10
      }
    }
    var generator = TorchGenerator(seed: 42)
    let outcome = try ProbeTraining(images: 40, side: side, channels: channels)
      .run(ResidentTokens(values, channels: channels), generator: &generator)
    #expect(outcome.accuracies.suffix(4) == [1, 1, 1, 1])
  }

  /// Tokens that ask for windows of three batches.
  private struct Swept: TokenSource {
    let tokens: ResidentTokens
    var channels: Int { tokens.channels }
    var count: Int { tokens.count }
    var window: Int { 3 * PositionProbe.batchSize + 100 }
    func gather(
      _ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>
    ) throws(ExperimentError) {
      try tokens.gather(indices, into: target)
    }
  }
}

/// Expects two numbers to differ by at most `tolerance`.
func expectClose(
  _ found: Float, _ expected: Float, within tolerance: Float,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(found - expected) <= tolerance, "found \(found), expected \(expected)",
    sourceLocation: sourceLocation)
}
