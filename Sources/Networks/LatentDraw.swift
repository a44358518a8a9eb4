public import Kernels

/// The latents of a batch of images and the noise that they share, as the original draws them.
///
/// Method: docs/METHOD.md, "From image to representations", steps 2 and 3.
public struct LatentDraw: Sendable {
  /// One map an image, `[h * w, latentChannels]`, times the autoencoder's `scaling_factor`.
  public let latents: [FeatureMap]
  /// The noise of one latent's shape.
  public let noise: FeatureMap

  /// Draws the autoencoder's samples of the whole batch (torch's block method), then the noise
  /// (its scalar method, in memory order) from one generator.
  ///
  /// - Parameter distributions: At least one, all of one shape.
  public init(_ distributions: [LatentDistribution], scalingFactor: Float, seed: UInt64) {
    precondition(!distributions.isEmpty)
    var generator = TorchGenerator(seed: seed)
    let mean = distributions[0].mean
    let samples = generator.normals(count: distributions.count * mean.count)
    var latents: [FeatureMap] = []
    for (index, distribution) in distributions.enumerated() {
      let noise = Array(samples[(index * mean.count)..<((index + 1) * mean.count)])
      var sample = distribution.sample(noise: noise)
      sample.withMutableValues { values in
        for place in values.indices { values[place] *= scalingFactor }
      }
      latents.append(sample)
    }
    self.latents = latents
    noise = FeatureMap(
      height: mean.height, width: mean.width, channels: mean.channels,
      values: generator.scalarNormals(count: mean.count))
  }
}

extension NoiseSchedule {
  /// The U-Net's input: noised, then scaled as the checkpoint's scheduler does.
  public func input(_ latents: FeatureMap, noise: FeatureMap, timestep: Int) -> FeatureMap {
    scaleModelInput(addNoise(noise, to: latents, timestep: timestep), timestep: timestep)
  }
}

extension FeatureMap {
  /// An image's pixels as the original gives them to the autoencoder: 0 … 1, or where `centred`
  /// -1 … 1 as diffusers' own preprocessing would.
  ///
  /// - Parameters:
  ///   - pixels: Bytes, row by row; the first three of every `step` are red, green, blue.
  ///   - step: Bytes from one pixel to the next: 3, or 4 where alpha is to be dropped.
  public init(
    pixels: UnsafePointer<UInt8>, height: Int, width: Int, step: Int = 3, centred: Bool = false
  ) {
    self.init(height: height, width: width, channels: 3) { target in
      for place in 0..<height * width {
        for channel in 0..<3 {
          let unit = Float(pixels[place * step + channel]) / 255
          target[place * 3 + channel] = centred ? 2 * unit - 1 : unit
        }
      }
    }
  }
}
