import Files
import Kernels
import Networks
import Tensors

/// Builds a checkpoint's networks from its configs and weights.
struct EngineLoader {
  let checkpoint: Checkpoint
  let settings: ExtractionSettings
  /// The image side that convolutions are prepared for.
  let imageSide: Int
  let progress: any ProgressSink

  /// The networks, the U-Net over `kernels`, the others over `exact`; the text encoder goes again
  /// once the prompt is encoded.
  func load<K: Kernels>(
    _ kernels: K, exact: K
  ) throws(ModelError) -> any ExtractionEngine {
    var unet = try UNetConfiguration(diffusers: checkpoint.file("unet/config.json"))
    var autoencoder = try AutoencoderConfiguration(diffusers: checkpoint.file("vae/config.json"))
    guard autoencoder.latentChannels == unet.inputChannels else {
      throw ModelError(
        "\(checkpoint.folder): the autoencoder's latents have \(autoencoder.latentChannels) "
          + "channels, the U-Net takes \(unet.inputChannels)")
    }
    autoencoder.typicalImageSize = imageSide
    unet.typicalLatentSize = max(imageSide >> (autoencoder.blockChannels.count - 1), 1)
    let text = try text(width: unet.crossAttentionWidth, exact)
    let encoder = try withWeights("vae", .autoencoder) { (weights) throws(NetworkError) in
      try AutoencoderEncoder(autoencoder, weights: weights, kernels: exact)
    }
    let network = try loadUNet(unet, kernels)
    do throws(NetworkError) {
      return try NetworkEngine(unet: network, encoder: encoder, text: text)
    } catch { throw ModelError("\(checkpoint.folder): \(error.description)") }
  }

  private func loadUNet<K: Kernels>(
    _ configuration: UNetConfiguration, _ kernels: K
  ) throws(ModelError) -> UNet<K> {
    if let seed = try checkpoint.initSeed {
      do throws(NetworkError) {
        let weights = try InitialWeights(configuration, seed: seed)
        return try UNet(configuration, weights: weights, kernels: kernels)
      } catch { throw ModelError("\(checkpoint.file("unet")): \(error.description)") }
    }
    return try withWeights("unet", .unet) { (weights) throws(NetworkError) in
      try UNet(configuration, weights: weights, kernels: kernels)
    }
  }

  /// Builds a network from the weights in the checkpoint's folder `part`, and checks that it took
  /// all of them.
  private func withWeights<Network>(
    _ part: String, _ spelling: WeightSpelling,
    _ build: (WeightStore) throws(NetworkError) -> Network
  ) throws(ModelError) -> Network {
    let folder = checkpoint.file(part)
    guard let files = try WeightFiles.find(in: folder) else {
      throw ModelError(
        "\(folder): expected weights (safetensors or bin as diffusers names them), found none")
    }
    if files.isVariant {
      progress.warn(
        "\(files.paths[0]) is an fp16 variant; published numbers come from the main weight files")
    }
    let store = try WeightStore(files, rounding: settings.weights, spelling: spelling)
    let network: Network
    do throws(NetworkError) {
      network = try build(store)
    } catch { throw store.sentence(for: error) }
    try store.requireAllUsed()
    return network
  }

  /// The encoded prompt, `[tokens, width]`.
  private func text<K: Kernels>(width: Int, _ kernels: K) throws(ModelError) -> FeatureMap {
    if let path = checkpoint.emptyPrompt {
      guard settings.prompt.isEmpty else {
        throw ModelError(
          "\(checkpoint.folder): the model has no text encoder and knows the empty prompt only, "
            + "found the prompt \"\(settings.prompt)\"")
      }
      return try emptyPrompt(path, width: width)
    }
    let path = checkpoint.file("text_encoder/config.json")
    let configuration = try TextEncoderConfiguration(transformers: path)
    guard configuration.hiddenSize == width else {
      throw ModelError(
        "\(path): expected a hidden_size of \(width), the U-Net's cross_attention_dim, found "
          + "\(configuration.hiddenSize)")
    }
    let tokenizer = try CLIPTokenizer(folder: checkpoint.file("tokenizer"))
    let ids = try tokenizer.encode(settings.prompt)
    let encoder = try withWeights("text_encoder", .textEncoder) { (weights) throws(NetworkError) in
      try TextEncoder(configuration, weights: weights, kernels: kernels)
    }
    do throws(NetworkError) {
      return try encoder.encode(ids: ids)
    } catch { throw ModelError("\(checkpoint.file("tokenizer")): \(error.description)") }
  }

  private func emptyPrompt(_ path: String, width: Int) throws(ModelError) -> FeatureMap {
    let archive: Archive
    do throws(TensorError) {
      archive = try ArrayFile.read(path)
    } catch { throw ModelError(error.description) }
    guard case .dict(let entries) = archive, entries.count == 1, let array = entries[0].value.array
    else { throw ModelError("\(path): expected one tensor, found something else") }
    guard array.shape.count == 3, array.shape[0] == 1, array.shape[1] > 0, array.shape[2] == width
    else {
      throw ModelError(
        "\(path): expected the tensor \(entries[0].key) to be [1, tokens, \(width)], found "
          + "\(array.shape)")
    }
    return FeatureMap(tokens: array.shape[1], channels: width, values: array.floats())
  }
}
