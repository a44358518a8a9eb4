public import Kernels

/// The latents of a batch of images and the noise that they share: all that is random.
public struct EncodedBatch: Sendable {
  /// One map an image, `[h * w, 4]`, scaled by the autoencoder's `scaling_factor`.
  public let latents: [FeatureMap]
  /// The noise that every image of the batch gets, `[h * w, 4]`.
  public let noise: FeatureMap

  package init(latents: [FeatureMap], noise: FeatureMap) {
    self.latents = latents
    self.noise = noise
  }
}
