public import Kernels

/// The decoder of diffusers' `AutoencoderKL` for one image a pass, generic over the kernels.
public final class AutoencoderDecoder<K: Kernels> {
  private struct Block {
    let resnets: [ResnetBlock2D<K>]
    let upsampler: K.Convolution?
  }

  /// The configuration it was built for.
  public let configuration: AutoencoderConfiguration
  private let kernels: K
  private let postQuantConvolution: K.Linear?
  private let convIn: K.Convolution
  private let mid: AutoencoderMidBlock<K>
  private let blocks: [Block]
  private let convNormOut: GroupNorm
  private let convOut: K.Convolution

  /// Reads and packs the weights of the decoder's half, one tensor at a time.
  ///
  /// - Throws: ``NetworkError`` when the configuration is impossible, or a tensor is missing,
  ///   unreadable, or of another shape than the configuration asks for.
  public convenience init(
    _ configuration: AutoencoderConfiguration, weights: some WeightSource, kernels: K
  ) throws(NetworkError) {
    try self.init(configuration, WeightReader(kernels: kernels, source: weights))
  }

  private init(
    _ configuration: AutoencoderConfiguration, _ reader: WeightReader<K>
  ) throws(NetworkError) {
    try configuration.validate()
    self.configuration = configuration
    kernels = reader.kernels
    let key: WeightKey = "decoder"
    let style = configuration.resnetStyle(K.self)
    let channels = configuration.blockChannels
    let deepest = channels[channels.count - 1]
    let latents = configuration.latentChannels
    var size = max(configuration.typicalImageSize >> (channels.count - 1), 1)
    postQuantConvolution =
      configuration.usesPostQuantConvolution
      ? try reader.linear("post_quant_conv", inputs: latents, outputs: latents, tokens: size * size)
      : nil
    convIn = try reader.convolution(
      key["conv_in"], inputs: latents, outputs: deepest, mode: .zeros, size: size)
    mid = try AutoencoderMidBlock(
      reader, key["mid_block"], channels: deepest, hasAttention: configuration.hasMidAttention,
      style: style, size: size)
    var blocks: [Block] = []
    for index in channels.indices {
      let block = key["up_blocks"][index]
      let level = channels.count - 1 - index
      let before = channels[min(level + 1, channels.count - 1)]
      var resnets: [ResnetBlock2D<K>] = []
      for layer in 0...configuration.layersPerBlock {
        resnets.append(
          try ResnetBlock2D(
            reader, block["resnets"][layer], inputs: layer == 0 ? before : channels[level],
            outputs: channels[level], style: style, size: size))
      }
      var upsampler: K.Convolution?
      if level > 0 {
        size *= 2
        upsampler = try reader.convolution(
          block["upsamplers"][0]["conv"], inputs: channels[level], outputs: channels[level],
          mode: .zeros, size: size)
      }
      blocks.append(Block(resnets: resnets, upsampler: upsampler))
    }
    self.blocks = blocks
    convNormOut = try reader.groupNorm(
      key["conv_norm_out"], channels: channels[0], groups: configuration.normGroups, epsilon: 1e-6)
    convOut = try reader.convolution(
      key["conv_out"], inputs: channels[0], outputs: configuration.imageChannels, mode: .zeros,
      size: size)
  }

  /// The image of some latents, `[height * width, imageChannels]`, each side doubled per level.
  ///
  /// - Parameter latents: `[h * w, latentChannels]`, divided by the scaling factor.
  /// - Throws: ``NetworkError/input(_:)`` when the latents are empty or have other channels.
  public func decode(latents: FeatureMap) throws(NetworkError) -> FeatureMap {
    guard latents.channels == configuration.latentChannels, latents.tokens > 0 else {
      throw .input("the latents' channels are not the autoencoder's, or there are none")
    }
    var hidden = latents
    if let postQuantConvolution { hidden = kernels.linear(hidden, postQuantConvolution) }
    hidden = mid(kernels.convolution(hidden, convIn), kernels)
    for block in blocks {
      for resnet in block.resnets { hidden = resnet(hidden, time: nil, kernels) }
      if let upsampler = block.upsampler {
        hidden = kernels.convolution(
          upsampling: hidden, height: 2 * hidden.height, width: 2 * hidden.width, upsampler)
      }
    }
    return kernels.convolution(
      normalizing: hidden, convNormOut, activation: configuration.activation, convOut,
      channelBias: nil, residual: nil)
  }
}
