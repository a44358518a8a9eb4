import DNNLKernels
public import Images
import Kernels
import Networks

extension RepresentationExtractor {
  /// One image of an encoded batch with the noise of each timestep, turned back into a picture by
  /// the autoencoder's decoder; nil where the checkpoint has no decoder.
  ///
  /// Pixels come back in the range that they went in with, and are cut at black and white.
  ///
  /// - Throws: ``ModelError`` for an impossible timestep or unusable weights.
  public func decoded(
    _ encoded: EncodedBatch, index: Int, timesteps wanted: [Int]
  ) throws(ModelError) -> [RGBImage]? {
    guard let decoder = try decoder(latentSide: encoded.noise.height) else { return nil }
    var pictures: [RGBImage] = []
    for timestep in wanted {
      try requireTimestep(timestep)
      var noised = schedule.addNoise(
        encoded.noise, to: encoded.latents[index], timestep: timestep)
      noised.withMutableValues { values in
        for place in values.indices { values[place] /= scalingFactor }
      }
      do throws(NetworkError) {
        pictures.append(picture(of: try decoder.decode(latents: noised)))
      } catch { throw ModelError("\(checkpoint.file("vae")): \(error.description)") }
    }
    return pictures
  }

  private func decoder(latentSide: Int) throws(ModelError) -> AutoencoderDecoder<DNNLKernels>? {
    var configuration = try AutoencoderConfiguration(
      diffusers: checkpoint.file("vae/config.json"))
    configuration.typicalImageSize = latentSide << (configuration.blockChannels.count - 1)
    guard let files = try WeightFiles.find(in: checkpoint.file("vae")) else { return nil }
    let store = try WeightStore(files, rounding: settings.weights, spelling: .autoencoder)
    let key: WeightKey = "decoder"
    guard store.contains(key["conv_in"]["weight"]) else { return nil }
    do throws(NetworkError) {
      return try AutoencoderDecoder(configuration, weights: store, kernels: DNNLKernels())
    } catch { throw store.sentence(for: error) }
  }

  private func picture(of pixels: FeatureMap) -> RGBImage {
    let isPublished = settings.pixelRange == .published
    let bytes = pixels.values.map { value -> UInt8 in
      let unit = isPublished ? value : value / 2 + 0.5
      return UInt8((255 * min(1, max(0, unit.isFinite ? unit : 0))).rounded())
    }
    return RGBImage(width: pixels.width, height: pixels.height, pixels: bytes)
  }
}
