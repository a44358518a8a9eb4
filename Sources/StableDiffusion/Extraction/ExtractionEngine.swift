package import Kernels
package import Layers
package import Networks

/// The three networks of a checkpoint, ready to run, whatever kernels compute them.
///
/// Not for several threads at once: the kernels have threads of their own.
package protocol ExtractionEngine {
  /// Every layer of the U-Net in forward order.
  var layers: [Layer] { get }
  /// Channels of the latents.
  var latentChannels: Int { get }
  /// The text encoder's output for the prompt, `[tokens, channels]`.
  var text: FeatureMap { get }

  /// The distribution of an image's latents; pixels `[height * width, 3]` as floats.
  func encode(image: FeatureMap, place: BatchPlace) throws(ModelError) -> LatentDistribution
  /// One pass of the U-Net, as far as the last of `layers`.
  func run(
    latents: FeatureMap, timestep: Int, layers: [Layer],
    body: (Layer, FeatureMap) throws -> Void
  ) throws
  /// The timestep's sines and cosines, and its embedding.
  func timeEmbedding(timestep: Int) -> (projection: FeatureMap, embedding: FeatureMap)
}

/// The networks over one kind of kernels.
package struct NetworkEngine<K: Kernels>: ExtractionEngine {
  private let unet: UNet<K>
  private let encoder: AutoencoderEncoder<K>
  private let conditioning: UNet<K>.Conditioning
  package let text: FeatureMap

  package var layers: [Layer] { unet.configuration.layers }
  package var latentChannels: Int { encoder.configuration.latentChannels }

  package init(
    unet: UNet<K>, encoder: AutoencoderEncoder<K>, text: FeatureMap
  ) throws(NetworkError) {
    self.unet = unet
    self.encoder = encoder
    self.text = text
    conditioning = try unet.condition(text: text)
  }

  package func encode(
    image: FeatureMap, place: BatchPlace
  ) throws(ModelError) -> LatentDistribution {
    do throws(NetworkError) {
      return try encoder.encode(image: image, place: place)
    } catch { throw ModelError(error.description) }
  }

  package func run(
    latents: FeatureMap, timestep: Int, layers: [Layer],
    body: (Layer, FeatureMap) throws -> Void
  ) throws {
    try unet.run(
      latents: latents, timestep: Float(timestep), text: conditioning, layers: layers, body: body)
  }

  package func timeEmbedding(
    timestep: Int
  ) -> (projection: FeatureMap, embedding: FeatureMap) {
    unet.timeEmbedding(timestep: Float(timestep))
  }
}
