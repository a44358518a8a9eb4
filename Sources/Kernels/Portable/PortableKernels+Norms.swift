extension PortableKernels {
  /// See ``Kernels``.
  public func groupNorm(
    _ input: FeatureMap, _ norm: GroupNorm, activation: Activation
  ) -> FeatureMap {
    let channels = input.channels
    precondition(norm.scale.count == channels)
    let scale = FloatBuffer(count: channels)
    let shift = FloatBuffer(count: channels)
    if let place = norm.place {
      torchFactors(input, norm, place, scale, shift)
    } else {
      exactFactors(input, norm, scale, shift)
    }
    return FeatureMap(height: input.height, width: input.width, channels: channels) { output in
      for first in stride(from: 0, to: input.tokens, by: blockTokens) {
        let tokens = min(blockTokens, input.tokens - first)
        let place = first * channels
        scaleAndShift(
          input.address + place, output + place, tokens: tokens, channels: channels,
          scale.address, shift.address)
        activateInPlace(output + place, count: tokens * channels, activation)
      }
      withExtendedLifetime(scale) {}
      withExtendedLifetime(shift) {}
    }
  }

  /// A factor and a summand a channel: means and variances in two passes, sums of a few tokens in
  /// float32 and of those in float64.
  private func exactFactors(
    _ input: FeatureMap, _ norm: GroupNorm, _ scale: FloatBuffer, _ shift: FloatBuffer
  ) {
    let channels = input.channels
    let width = channels / norm.groups
    let count = Double(input.tokens * width)
    shift.address.update(repeating: 0, count: channels)
    let means = groupSums(input, minus: shift, squared: false, groups: norm.groups)
    for channel in 0..<channels {
      shift.address[channel] = Float(means[channel / width] / count)
    }
    let variances = groupSums(input, minus: shift, squared: true, groups: norm.groups)
    for channel in 0..<channels {
      let variance = Float(variances[channel / width] / count)
      scale.address[channel] = norm.scale[channel] / (variance + norm.epsilon).squareRoot()
      shift.address[channel] =
        norm.shift[channel] - shift.address[channel] * scale.address[channel]
    }
  }

  /// Per group the sum of (x - shift of its channel), or of its square, over all tokens.
  private func groupSums(
    _ input: FeatureMap, minus shift: FloatBuffer, squared: Bool, groups: Int
  ) -> [Double] {
    let channels = input.channels
    let width = channels / groups
    var totals = [Double](repeating: 0, count: groups)
    let sums = FloatBuffer(count: channels)
    for first in stride(from: 0, to: input.tokens, by: 64) {
      sums.address.update(repeating: 0, count: channels)
      for token in first..<min(first + 64, input.tokens) {
        mapLanes(count: channels) { lanes in
          var value = lanes.load(input.address + token * channels) - lanes.load(shift.address)
          if squared { value *= value }
          lanes.store(lanes.load(sums.address) + value, sums.address)
        }
      }
      for channel in 0..<channels { totals[channel / width] += Double(sums.address[channel]) }
    }
    withExtendedLifetime(sums) {}
    withExtendedLifetime(shift) {}
    return totals
  }

  /// See ``Kernels``.
  public func layerNorm(_ input: FeatureMap, _ norm: LayerNorm) -> FeatureMap {
    let channels = input.channels
    precondition(norm.scale.count == channels)
    return FeatureMap(height: input.height, width: input.width, channels: channels) { output in
      norm.scale.withUnsafeBufferPointer { scales in
        norm.shift.withUnsafeBufferPointer { shifts in
          guard let scales = scales.baseAddress, let shifts = shifts.baseAddress else { return }
          for token in 0..<input.tokens {
            let place = token * channels
            let source = input.address + place
            var sum = SIMD4<Float>()
            mapLanes(count: channels) { lanes in sum += lanes.load(source) }
            let mean = (sum[0] + sum[1] + sum[2] + sum[3]) / Float(channels)
            sum = SIMD4<Float>()
            mapLanes(count: channels) { lanes in
              let difference = lanes.load(source, else: mean) - mean
              sum += difference * difference
            }
            let variance = (sum[0] + sum[1] + sum[2] + sum[3]) / Float(channels)
            let factor = 1 / (variance + norm.epsilon).squareRoot()
            mapLanes(count: channels) { lanes in
              let value = (lanes.load(source) - mean) * factor
              lanes.store(value * lanes.load(scales) + lanes.load(shifts), output + place)
            }
          }
        }
      }
    }
  }
}

/// Multiplies the channels of some tokens with `scale` and adds `shift`: a group norm's inner loop,
/// its own function so that a browser swaps in the optimised code early.
@inline(never)
private func scaleAndShift(
  _ source: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, tokens: Int,
  channels: Int, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>
) {
  for token in 0..<tokens {
    let place = token * channels
    mapLanes(count: channels) { lanes in
      let value = lanes.load(source + place) * lanes.load(scale)
      lanes.store(value + lanes.load(shift), output + place)
    }
  }
}
