package import Networks

/// Position estimation for one layer: trains a probe on four fifths of the images and tests it on
/// the rest after every epoch.
package struct ProbeTraining {
  /// Accuracies taken, as published: one after each of five epochs.
  package static let epochs = 5
  /// Grid sizes at which accuracy is taken.
  package static let gridSizes = [8, 16, 32, 64]

  /// Images, the first `trainImages` of which train.
  package let images: Int
  /// Rows, and columns, of the layer's map.
  package let side: Int
  /// Channels of the layer.
  package let channels: Int

  /// Passes over the training tokens in an epoch.
  package let passes: Int

  /// The training of a layer of side x side tokens with `channels` channels over `images` images.
  package init(images: Int, side: Int, channels: Int, passes: Int = 1) {
    self.passes = passes
    self.images = images
    self.side = side
    self.channels = channels
  }

  /// The images that train: floor(0.8 * images).
  package var trainImages: Int { Int(Double(images) * 0.8) }
  private var trainTokens: Int { trainImages * side * side }

  /// What training one layer gives.
  package struct Outcome: Sendable {
    /// [epochs, grid sizes].
    package let accuracies: [Float]
    /// [2 * side, channels], output 2 * k + axis.
    package let weights: [Float]
    /// [2 * side].
    package let bias: [Float]
  }

  /// Advances `generator` as ``run(_:generator:)`` would, without training.
  package func skip(_ generator: inout TorchGenerator) {
    // Linear's weights and biases take one draw each, a permutation of n one less than n.
    generator.skip(2 * side * (channels + 1) + Self.epochs * passes * max(0, trainTokens - 1))
  }

  /// Trains on `tokens`, drawing the start and the order of the batches from `generator`.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func run(
    _ tokens: some TokenSource, generator: inout TorchGenerator
  ) throws(ExperimentError) -> Outcome {
    precondition(tokens.count == images * side * side && tokens.channels == channels)
    let start = generator.linear(inputs: channels, outputs: 2 * side)
    var probe = PositionProbe(
      side: side, channels: channels, weights: start.weights, bias: start.bias)
    let window = max(PositionProbe.batchSize, min(tokens.window, tokens.count))
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: window * channels)
    defer { buffer.deallocate() }
    var accuracies: [Float] = []
    for _ in 0..<Self.epochs {
      for _ in 0..<passes {
        let order = generator.permutation(count: trainTokens)
        try train(&probe, on: tokens, order: order, window: window, buffer)
      }
      accuracies += try test(&probe, on: tokens, window: window, buffer)
    }
    let state = probe.state
    return Outcome(accuracies: accuracies, weights: state.weights, bias: state.bias)
  }

  private func train(
    _ probe: inout PositionProbe, on tokens: some TokenSource, order: [Int], window: Int,
    _ buffer: UnsafeMutablePointer<Float>
  ) throws(ExperimentError) {
    var targets = [UInt16](repeating: 0, count: 2 * PositionProbe.batchSize)
    let whole = window / PositionProbe.batchSize * PositionProbe.batchSize
    var first = 0
    while first < order.count {
      let end = min(first + whole, order.count)
      try tokens.gather(order[first..<end], into: buffer)
      for batch in stride(from: first, to: end, by: PositionProbe.batchSize) {
        let rows = min(PositionProbe.batchSize, end - batch)
        for row in 0..<rows {
          let (y, x) = place(of: order[batch + row])
          targets[2 * row] = UInt16(y)
          targets[2 * row + 1] = UInt16(x)
        }
        probe.step(tokens: buffer + (batch - first) * channels, targets: targets, rows: rows)
      }
      first = end
    }
  }

  /// The share of (token, axis) pairs in the right cell, for each grid size.
  private func test(
    _ probe: inout PositionProbe, on tokens: some TokenSource, window: Int,
    _ buffer: UnsafeMutablePointer<Float>
  ) throws(ExperimentError) -> [Float] {
    var predictions = [UInt16](repeating: 0, count: 2 * window)
    // right[true index * side + predicted index] counts pairs of either axis.
    var pairs = [Int](repeating: 0, count: side * side)
    var first = trainTokens
    while first < tokens.count {
      let end = min(first + window, tokens.count)
      try tokens.gather(Array(first..<end)[...], into: buffer)
      probe.predict(tokens: buffer, rows: end - first, into: &predictions)
      for row in 0..<end - first {
        let (y, x) = place(of: first + row)
        pairs[y * side + Int(predictions[2 * row])] += 1
        pairs[x * side + Int(predictions[2 * row + 1])] += 1
      }
      first = end
    }
    let total = Float(2 * (tokens.count - trainTokens))
    return Self.gridSizes.map { size in
      var right = 0
      for index in 0..<side {
        for predicted in 0..<side where predicted * size / side == index * size / side {
          right += pairs[index * side + predicted]
        }
      }
      return Float(right) / total
    }
  }

  private func place(of token: Int) -> (row: Int, column: Int) {
    let inImage = token % (side * side)
    return (inImage / side, inImage % side)
  }
}

extension TorchGenerator {
  /// Drops `count` draws of 32 bits.
  package mutating func skip(_ count: Int) {
    for _ in 0..<count { _ = next32() }
  }
}
