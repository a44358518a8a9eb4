import Kernels

/// A resnet and, in blocks with attention, the transformer after it.
struct UNetLayer<K: Kernels> {
  let resnet: ResnetBlock2D<K>
  let attention: Transformer2DModel<K>?
  /// Where its texts' keys and values lie among those of the whole network.
  let textPlaces: Range<Int>
}

/// `DownBlock2D` or `CrossAttnDownBlock2D`.
struct DownBlock<K: Kernels> {
  let layers: [UNetLayer<K>]
  let downsampler: K.Convolution?
}

/// `UNetMidBlock2DCrossAttn`.
struct MidBlock<K: Kernels> {
  let first: ResnetBlock2D<K>
  let attention: Transformer2DModel<K>
  let textPlaces: Range<Int>
  let second: ResnetBlock2D<K>
}

/// `UpBlock2D` or `CrossAttnUpBlock2D`.
struct UpBlock<K: Kernels> {
  let layers: [UNetLayer<K>]
  let upsampler: K.Convolution?
}

/// Reads the U-Net's blocks, counting the transformer blocks that attend to the text.
struct UNetBlockReader<K: Kernels> {
  let reader: WeightReader<K>
  let configuration: UNetConfiguration
  private(set) var textPlaces = 0

  private var style: ResnetBlock2D<K>.Style {
    .init(
      groups: configuration.normGroups, epsilon: configuration.normEpsilon,
      activation: configuration.activation, paddingMode: configuration.paddingMode,
      timeChannels: TimestepEmbedding<K>.channels(configuration))
  }

  init(reader: WeightReader<K>, configuration: UNetConfiguration) {
    self.reader = reader
    self.configuration = configuration
  }

  /// The side of the maps at `level`.
  private func size(_ level: Int) -> Int {
    var size = configuration.typicalLatentSize
    for _ in 0..<level { size = (size + 1) / 2 }
    return max(size, 1)
  }

  private mutating func attention(
    _ key: WeightKey, level: Int
  ) throws(NetworkError) -> (Transformer2DModel<K>, Range<Int>) {
    let model = try Transformer2DModel(
      reader, key, channels: configuration.blockChannels[level],
      heads: configuration.heads[level], layers: configuration.transformerLayers[level],
      configuration: configuration, size: size(level))
    let places = textPlaces..<textPlaces + model.blockCount
    textPlaces = places.upperBound
    return (model, places)
  }

  private mutating func layer(
    _ key: WeightKey, _ index: Int, kind: UNetConfiguration.BlockKind, level: Int, inputs: Int
  ) throws(NetworkError) -> UNetLayer<K> {
    let resnet = try ResnetBlock2D(
      reader, key["resnets"][index], inputs: inputs, outputs: configuration.blockChannels[level],
      style: style, size: size(level))
    guard kind == .crossAttention else {
      return UNetLayer(resnet: resnet, attention: nil, textPlaces: 0..<0)
    }
    let (attention, places) = try attention(key["attentions"][index], level: level)
    return UNetLayer(resnet: resnet, attention: attention, textPlaces: places)
  }

  /// Reads the down block of `level`.
  mutating func down(level: Int) throws(NetworkError) -> DownBlock<K> {
    let key = ("down_blocks" as WeightKey)[level]
    let channels = configuration.blockChannels
    var layers: [UNetLayer<K>] = []
    for index in 0..<configuration.layersPerBlock[level] {
      let inputs = index == 0 ? channels[max(level - 1, 0)] : channels[level]
      layers.append(
        try layer(
          key, index, kind: configuration.downBlocks[level], level: level, inputs: inputs))
    }
    guard level < channels.count - 1 else { return DownBlock(layers: layers, downsampler: nil) }
    let downsampler = try reader.convolution(
      key["downsamplers"][0]["conv"], inputs: channels[level], outputs: channels[level], stride: 2,
      mode: configuration.paddingMode, size: size(level))
    return DownBlock(layers: layers, downsampler: downsampler)
  }

  /// Reads the middle block.
  mutating func mid() throws(NetworkError) -> MidBlock<K> {
    let key: WeightKey = "mid_block"
    let level = configuration.blockChannels.count - 1
    let channels = configuration.blockChannels[level]
    let first = try ResnetBlock2D(
      reader, key["resnets"][0], inputs: channels, outputs: channels, style: style,
      size: size(level))
    let (attention, places) = try attention(key["attentions"][0], level: level)
    let second = try ResnetBlock2D(
      reader, key["resnets"][1], inputs: channels, outputs: channels, style: style,
      size: size(level))
    return MidBlock(first: first, attention: attention, textPlaces: places, second: second)
  }

  /// Reads the up block `index`, which is at the level counted from the other end.
  mutating func up(index block: Int) throws(NetworkError) -> UpBlock<K> {
    let key = ("up_blocks" as WeightKey)[block]
    let channels = configuration.blockChannels
    let level = channels.count - 1 - block
    let before = channels[min(level + 1, channels.count - 1)]
    let count = configuration.layersPerBlock[level] + 1
    var layers: [UNetLayer<K>] = []
    for index in 0..<count {
      let hidden = index == 0 ? before : channels[level]
      let skip = index == count - 1 ? channels[max(level - 1, 0)] : channels[level]
      layers.append(
        try layer(
          key, index, kind: configuration.upBlocks[block], level: level, inputs: hidden + skip))
    }
    guard level > 0 else { return UpBlock(layers: layers, upsampler: nil) }
    let upsampler = try reader.convolution(
      key["upsamplers"][0]["conv"], inputs: channels[level], outputs: channels[level],
      mode: configuration.paddingMode, size: size(level - 1))
    return UpBlock(layers: layers, upsampler: upsampler)
  }
}
