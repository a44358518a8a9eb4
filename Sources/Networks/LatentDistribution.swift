public import Kernels

/// The Gaussian that an image's latents are drawn from, one mean and variance a value.
public struct LatentDistribution: Sendable {
  /// The means, `[h * w, latentChannels]`.
  public let mean: FeatureMap
  /// The logarithms of the variances, clamped to -30 … 20; of the means' shape.
  public let logVariance: FeatureMap

  /// Splits `[h * w, 2 * latentChannels]` into means and log-variances.
  init(moments: FeatureMap) {
    let channels = moments.channels / 2
    mean = Self.half(of: moments, from: 0, channels)
    var logVariance = Self.half(of: moments, from: channels, channels)
    logVariance.withMutableValues { values in
      for index in values.indices { values[index] = min(max(values[index], -30), 20) }
    }
    self.logVariance = logVariance
  }

  private static func half(of map: FeatureMap, from first: Int, _ channels: Int) -> FeatureMap {
    let source = map.address
    return FeatureMap(height: map.height, width: map.width, channels: channels) { output in
      for token in 0..<map.tokens {
        (output + token * channels).update(
          from: source + token * map.channels + first, count: channels)
      }
    }
  }

  /// A sample: mean + standard deviation * noise.
  ///
  /// - Parameter noise: Standard normal values in PyTorch's order, `[latentChannels][h][w]`.
  public func sample(noise: [Float]) -> FeatureMap {
    precondition(noise.count == mean.count)
    let channels = mean.channels
    let tokens = mean.tokens
    var sample = mean
    logVariance.withValues { logVariances in
      sample.withMutableValues { values in
        for token in 0..<tokens {
          for channel in 0..<channels {
            let place = token * channels + channel
            let deviation = Float(DoubleMath.exp(Double(0.5 * logVariances[place])))
            values[place] += deviation * noise[channel * tokens + token]
          }
        }
      }
    }
    return sample
  }
}
