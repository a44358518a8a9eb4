public import Kernels

/// The encoder of diffusers' `AutoencoderKL` for one image a pass, generic over the kernels.
public final class AutoencoderEncoder<K: Kernels> {
  struct Block {
    let resnets: [ResnetBlock2D<K>]
    let downsampler: K.Convolution?
  }

  /// The configuration it was built for.
  public let configuration: AutoencoderConfiguration
  let kernels: K
  let convIn: K.Convolution
  let blocks: [Block]
  let mid: AutoencoderMidBlock<K>
  let convNormOut: GroupNorm
  let convOut: K.Convolution
  let quantConvolution: K.Linear?

  /// Reads and packs the weights of the encoder's half, one tensor at a time.
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
    let key: WeightKey = "encoder"
    let style = configuration.resnetStyle(K.self)
    let channels = configuration.blockChannels
    let deepest = channels[channels.count - 1]
    var size = configuration.typicalImageSize
    convIn = try reader.convolution(
      key["conv_in"], inputs: configuration.imageChannels, outputs: channels[0], mode: .zeros,
      size: size)
    var blocks: [Block] = []
    for level in channels.indices {
      let block = key["down_blocks"][level]
      var resnets: [ResnetBlock2D<K>] = []
      for index in 0..<configuration.layersPerBlock {
        resnets.append(
          try ResnetBlock2D(
            reader, block["resnets"][index],
            inputs: index == 0 ? channels[max(level - 1, 0)] : channels[level],
            outputs: channels[level], style: style, size: size))
      }
      var downsampler: K.Convolution?
      if level < channels.count - 1 {
        downsampler = try reader.convolution(
          block["downsamplers"][0]["conv"], inputs: channels[level], outputs: channels[level],
          stride: 2, padding: .rightAndBottom, mode: .zeros, size: size)
        size = max(size / 2, 1)
      }
      blocks.append(Block(resnets: resnets, downsampler: downsampler))
    }
    self.blocks = blocks
    mid = try AutoencoderMidBlock(
      reader, key["mid_block"], channels: deepest, hasAttention: configuration.hasMidAttention,
      style: style, size: size)
    convNormOut = try reader.groupNorm(
      key["conv_norm_out"], channels: deepest, groups: configuration.normGroups, epsilon: 1e-6)
    let latents = 2 * configuration.latentChannels
    convOut = try reader.convolution(
      key["conv_out"], inputs: deepest, outputs: latents, mode: .zeros, size: size)
    quantConvolution =
      configuration.usesQuantConvolution
      ? try reader.linear("quant_conv", inputs: latents, outputs: latents, tokens: size * size)
      : nil
  }

  /// The distribution of the latents of an image.
  ///
  /// - Parameters:
  ///   - image: `[height * width, imageChannels]`; the latents have an eighth of its sides, rounded
  ///     down at each halving.
  ///   - place: the image's place in its batch: norms are rounded as PyTorch's there.
  /// - Throws: ``NetworkError/input(_:)`` when the image is too small or has other channels.
  public func encode(
    image: FeatureMap, place: BatchPlace = .alone
  ) throws(NetworkError) -> LatentDistribution {
    let pass = try Pass(self, image: image, place: place)
    while true {
      if let distribution = pass.step() { return distribution }
    }
  }
}

extension AutoencoderConfiguration {
  /// What the autoencoder's resnets have in common: epsilon 1e-6, no timestep.
  func resnetStyle<K: Kernels>(_: K.Type) -> ResnetBlock2D<K>.Style {
    .init(
      groups: normGroups, epsilon: 1e-6, activation: activation, paddingMode: .zeros,
      timeChannels: nil)
  }
}
