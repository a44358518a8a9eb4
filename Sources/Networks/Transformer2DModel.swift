import Kernels

/// Transformer blocks over the tokens of a map, between two projections, added to the map.
///
/// Whether the projections are linear maps or 1x1 convolutions (`use_linear_projection`) makes no
/// difference to tokens; only the weights' shapes differ.
final class Transformer2DModel<K: Kernels> {
  private let norm: GroupNorm
  private let inputProjection: K.Linear
  private let blocks: [BasicTransformerBlock<K>]
  private let outputProjection: K.Linear

  /// The number of texts' keys and values that it takes.
  var blockCount: Int { blocks.count }

  /// Reads the module at `key`; `size` is the side of the maps it will mostly see.
  init(
    _ reader: WeightReader<K>, _ key: WeightKey, channels: Int, heads: Int,
    layers: Int, configuration: UNetConfiguration, size: Int
  ) throws(NetworkError) {
    guard heads > 0, channels % heads == 0 else {
      throw .unsupported("attention_head_dim, the number of heads, does not divide the channels")
    }
    let tokens = size * size
    norm = try reader.groupNorm(
      key["norm"], channels: channels, groups: configuration.normGroups, epsilon: 1e-6)
    inputProjection = try reader.linear(
      key["proj_in"], inputs: channels, outputs: channels, tokens: tokens)
    var blocks: [BasicTransformerBlock<K>] = []
    for index in 0..<layers {
      blocks.append(
        try BasicTransformerBlock(
          reader, key["transformer_blocks"][index], channels: channels, heads: heads,
          textChannels: configuration.crossAttentionWidth, tokens: tokens))
    }
    self.blocks = blocks
    outputProjection = try reader.linear(
      key["proj_out"], inputs: channels, outputs: channels, tokens: tokens)
  }

  /// The text's keys and values, one a block.
  func condition(text: FeatureMap, _ kernels: K) -> [K.KeyValues] {
    blocks.map { $0.condition(text: text, kernels) }
  }

  /// The module's output, the residual included.
  func callAsFunction(
    _ input: FeatureMap, text: ArraySlice<K.KeyValues>, _ kernels: K
  ) -> FeatureMap {
    var hidden = kernels.linear(normalizing: input, norm, inputProjection)
    for (block, keyValues) in zip(blocks, text) { hidden = block(hidden, text: keyValues, kernels) }
    return kernels.linear(hidden, outputProjection, residual: input)
  }
}
