public import Kernels

/// Diffusers' `UNet2DConditionModel` for one image a pass, generic over the kernels.
///
/// Memory: the packed weights; a pass adds its skips and a few maps.
public final class UNet<K: Kernels> {
  /// A text's keys and values for every attention to the text.
  public struct Conditioning {
    let keyValues: [K.KeyValues]
  }

  /// The configuration it was built for.
  public let configuration: UNetConfiguration
  let kernels: K
  let timeEmbedding: TimestepEmbedding<K>
  let convIn: K.Convolution
  let downBlocks: [DownBlock<K>]
  let midBlock: MidBlock<K>?
  let upBlocks: [UpBlock<K>]
  let convNormOut: GroupNorm
  let convOut: K.Convolution

  /// Reads and packs the weights, one tensor at a time.
  ///
  /// - Throws: ``NetworkError`` when the configuration contradicts itself, or a tensor is missing,
  ///   unreadable, or of another shape than the configuration asks for.
  public convenience init(
    _ configuration: UNetConfiguration, weights: some WeightSource, kernels: K
  ) throws(NetworkError) {
    try self.init(configuration, WeightReader(kernels: kernels, source: weights))
  }

  private init(
    _ configuration: UNetConfiguration, _ reader: WeightReader<K>
  ) throws(NetworkError) {
    try configuration.validate()
    self.configuration = configuration
    kernels = reader.kernels
    var blockReader = UNetBlockReader(reader: reader, configuration: configuration)
    let channels = configuration.blockChannels
    let size = configuration.typicalLatentSize
    timeEmbedding = try TimestepEmbedding(reader, configuration)
    convIn = try reader.convolution(
      "conv_in", inputs: configuration.inputChannels, outputs: channels[0],
      mode: configuration.paddingMode, size: size)
    var downBlocks: [DownBlock<K>] = []
    for level in channels.indices { downBlocks.append(try blockReader.down(level: level)) }
    self.downBlocks = downBlocks
    midBlock = configuration.hasMidBlock ? try blockReader.mid() : nil
    var upBlocks: [UpBlock<K>] = []
    for index in channels.indices { upBlocks.append(try blockReader.up(index: index)) }
    self.upBlocks = upBlocks
    convNormOut = try reader.groupNorm(
      "conv_norm_out", channels: channels[0], groups: configuration.normGroups,
      epsilon: configuration.normEpsilon)
    convOut = try reader.convolution(
      "conv_out", inputs: channels[0], outputs: configuration.outputChannels,
      mode: configuration.paddingMode, size: size)
  }

  /// Prepares a text: computed once, used for every image, noise and timestep.
  ///
  /// - Parameter text: The text encoder's output, `[tokens, crossAttentionWidth]`.
  /// - Throws: ``NetworkError/input(_:)`` when the text has other channels or no tokens.
  public func condition(text: FeatureMap) throws(NetworkError) -> Conditioning {
    guard text.channels == configuration.crossAttentionWidth, text.tokens > 0 else {
      throw .input("the text's channels are not cross_attention_dim, or it has no tokens")
    }
    var keyValues: [K.KeyValues] = []
    for block in downBlocks {
      for layer in block.layers {
        keyValues += layer.attention?.condition(text: text, kernels) ?? []
      }
    }
    keyValues += midBlock?.attention.condition(text: text, kernels) ?? []
    for block in upBlocks {
      for layer in block.layers {
        keyValues += layer.attention?.condition(text: text, kernels) ?? []
      }
    }
    return Conditioning(keyValues: keyValues)
  }

  /// The timestep's sines and cosines, and its embedding: both of one token.
  public func timeEmbedding(
    timestep: Float
  ) -> (projection: FeatureMap, embedding: FeatureMap) {
    (timeEmbedding.projection(timestep: timestep), timeEmbedding(timestep: timestep, kernels))
  }
}
