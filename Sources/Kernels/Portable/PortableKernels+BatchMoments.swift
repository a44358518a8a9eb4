extension PortableKernels {
  /// A factor and a summand a channel, rounded as PyTorch rounds them: see ``BatchPlace``.
  func torchFactors(
    _ input: FeatureMap, _ norm: GroupNorm, _ place: BatchPlace, _ scale: FloatBuffer,
    _ shift: FloatBuffer
  ) {
    let channels = input.channels
    let width = channels / norm.groups
    let cut = place.cut(tokens: input.tokens)
    let first = moments(input, 0..<cut)
    let second = moments(input, cut..<input.tokens)
    let share = 1 / Float(width * input.tokens)
    for group in 0..<norm.groups {
      var mean: Float = 0
      var square: Float = 0
      for channel in group * width..<(group + 1) * width {
        mean += first.address[channel]
        mean += second.address[channel]
        square += first.address[channels + channel]
        square += second.address[channels + channel]
      }
      mean *= share
      // One rounding, as of a fused multiply-add.
      let variance = Float(Double(square) * Double(share) - Double(mean * mean))
      let factor = 1 / ((variance < 0 ? 0 : variance) + norm.epsilon).squareRoot()
      for channel in group * width..<(group + 1) * width {
        scale.address[channel] = factor * norm.scale[channel]
        shift.address[channel] = norm.shift[channel] - scale.address[channel] * mean
      }
    }
    withExtendedLifetime(first) {}
    withExtendedLifetime(second) {}
  }

  /// The sums of the values and of their squares of each channel, `[2, channels]`, token by token.
  private func moments(_ input: FeatureMap, _ tokens: Range<Int>) -> FloatBuffer {
    let channels = input.channels
    let sums = FloatBuffer(count: 2 * channels)
    sums.address.update(repeating: 0, count: 2 * channels)
    let squares = sums.address + channels
    for token in tokens {
      mapLanes(count: channels) { lanes in
        let value = lanes.load(input.address + token * channels)
        lanes.store(lanes.load(sums.address) + value, sums.address)
        lanes.store(lanes.load(squares) + value * value, squares)
      }
    }
    return sums
  }
}
