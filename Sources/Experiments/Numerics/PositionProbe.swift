import CKernels

/// A linear map from a token to the logits of its row and its column, and its training.
///
/// The published probe is one linear layer of 2 * side outputs, output 2 * k + axis being the logit
/// of index k along axis 0 (row) or 1 (column). Here the two axes lie apart, each padded with zero
/// weights to whole vectors, in panels as `tokens.h` describes; the trained values are the same.
package struct PositionProbe {
  /// Tokens of one training step; an epoch's last step has fewer.
  package static let batchSize = 512
  /// The learning rate of Adam, `torch.optim.Adam(lr=1e-3)`.
  package static let learningRate = 1e-3

  /// Rows, and columns, of the map.
  package let side: Int
  /// Channels of a token.
  package let channels: Int

  /// Values of one axis in a row of outputs: `side` filled up to a multiple of 16.
  private let stride: Int
  private let panels: Int
  /// Weights in panels, then the biases: one array, so that Adam takes them in one go.
  private var parameters: [Float]
  private var gradient: [Float]
  private var mean: [Float]
  private var square: [Float]
  private var outputs: [Float]
  private var steps = 0

  /// A probe with the given start: `weights` [2 * side, channels] and `bias` [2 * side], as torch
  /// keeps them.
  package init(side: Int, channels: Int, weights: [Float], bias: [Float]) {
    precondition(weights.count == 2 * side * channels && bias.count == 2 * side)
    self.side = side
    self.channels = channels
    stride = (side + 15) / 16 * 16
    panels = stride / 16
    let count = panels * 32 * (channels + 1)
    parameters = [Float](repeating: 0, count: count)
    gradient = parameters
    mean = parameters
    square = parameters
    outputs = [Float](repeating: 0, count: Self.batchSize * panels * 32)
    for output in 0..<2 * side {
      let place = place(of: output)
      for channel in 0..<channels {
        parameters[index(place, channel)] = weights[output * channels + channel]
      }
      parameters[panels * 32 * channels + place] = bias[output]
    }
  }

  /// The trained weights [2 * side, channels] and bias [2 * side], as torch keeps them.
  package var state: (weights: [Float], bias: [Float]) {
    var weights = [Float](repeating: 0, count: 2 * side * channels)
    var bias = [Float](repeating: 0, count: 2 * side)
    for output in 0..<2 * side {
      let place = place(of: output)
      for channel in 0..<channels {
        weights[output * channels + channel] = parameters[index(place, channel)]
      }
      bias[output] = parameters[panels * 32 * channels + place]
    }
    return (weights, bias)
  }

  /// Takes one step of Adam on `rows` tokens with their true (row, column).
  package mutating func step(
    tokens: UnsafePointer<Float>, targets: UnsafePointer<UInt16>, rows: Int
  ) {
    precondition(rows > 0 && rows <= Self.batchSize)
    steps += 1
    let weightCount = panels * 32 * channels
    let rate = Self.learningRate / (1 - power(0.9, steps))
    let root = (1 - power(0.999, steps)).squareRoot()
    outputs.withUnsafeMutableBufferPointer { outputs in
      let out = outputs.baseAddress!
      parameters.withUnsafeMutableBufferPointer { parameters in
        let weights = parameters.baseAddress!
        unetlens_tokens_times_panels(
          tokens, rows, channels, weights, weights + weightCount, panels, out)
        unetlens_softmax_gradient(out, targets, rows, side, stride, 1 / Float(2 * rows))
        gradient.withUnsafeMutableBufferPointer { gradient in
          let slope = gradient.baseAddress!
          unetlens_panels_gradient(
            tokens, out, rows, channels, panels, slope, slope + weightCount)
          unetlens_adam(
            weights, slope, &mean, &square, parameters.count, Float(rate), Float(root))
        }
      }
    }
  }

  /// Writes the predicted (row, column) of each token to `predictions`.
  package mutating func predict(
    tokens: UnsafePointer<Float>, rows: Int, into predictions: UnsafeMutablePointer<UInt16>
  ) {
    var first = 0
    while first < rows {
      let count = min(Self.batchSize, rows - first)
      unetlens_tokens_times_panels(
        tokens + first * channels, count, channels, parameters,
        Array(parameters[(panels * 32 * channels)...]), panels, &outputs)
      unetlens_argmax_axes(outputs, count, side, stride, predictions + 2 * first)
      first += count
    }
  }

  /// Where torch's output 2 * k + axis lies in a row of ours.
  private func place(of output: Int) -> Int { output % 2 * stride + output / 2 }

  private func index(_ place: Int, _ channel: Int) -> Int {
    (place / 32 * channels + channel) * 32 + place % 32
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent { result *= base }
    return result
  }
}
