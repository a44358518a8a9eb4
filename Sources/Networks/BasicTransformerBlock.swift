import Kernels

/// Self-attention, attention to the text, and a gated MLP, each normalised and added to its input.
final class BasicTransformerBlock<K: Kernels> {
  private let norm1: LayerNorm
  private let selfProjection: K.Linear
  private let selfOutput: K.Linear
  private let norm2: LayerNorm
  private let queryProjection: K.Linear
  private let textProjection: K.Linear
  private let textOutput: K.Linear
  private let norm3: LayerNorm
  private let gatedProjection: K.Linear
  private let gatedOutput: K.Linear
  private let heads: Int

  /// Reads the block at `key`; `tokens` is the number of tokens it will mostly see.
  init(
    _ reader: WeightReader<K>, _ key: WeightKey, channels: Int, heads: Int,
    textChannels: Int, tokens: Int
  ) throws(NetworkError) {
    self.heads = heads
    let first = key["attn1"]
    norm1 = try reader.layerNorm(key["norm1"], channels: channels)
    selfProjection = try reader.linear(
      [first["to_q"], first["to_k"], first["to_v"]], inputs: channels, outputsOfEach: channels,
      hasBias: false, tokens: tokens)
    selfOutput = try reader.linear(
      first["to_out"][0], inputs: channels, outputs: channels, tokens: tokens)
    let second = key["attn2"]
    norm2 = try reader.layerNorm(key["norm2"], channels: channels)
    queryProjection = try reader.linear(
      second["to_q"], inputs: channels, outputs: channels, hasBias: false, tokens: tokens)
    textProjection = try reader.linear(
      [second["to_k"], second["to_v"]], inputs: textChannels, outputsOfEach: channels,
      hasBias: false, tokens: 77)
    textOutput = try reader.linear(
      second["to_out"][0], inputs: channels, outputs: channels, tokens: tokens)
    norm3 = try reader.layerNorm(key["norm3"], channels: channels)
    gatedProjection = try reader.linear(
      key["ff"]["net"][0]["proj"], inputs: channels, outputs: 8 * channels, tokens: tokens)
    gatedOutput = try reader.linear(
      key["ff"]["net"][2], inputs: 4 * channels, outputs: channels, tokens: tokens)
  }

  /// The text's keys and values: the same for every image and timestep.
  func condition(text: FeatureMap, _ kernels: K) -> K.KeyValues {
    kernels.keyValues(kernels.linear(text, textProjection), heads: heads)
  }

  /// The block's output.
  func callAsFunction(_ input: FeatureMap, text: K.KeyValues, _ kernels: K) -> FeatureMap {
    let packed = kernels.linear(normalizing: input, norm1, selfProjection)
    let own = kernels.selfAttention(packed, heads: heads, causal: false)
    var hidden = kernels.linear(own, selfOutput, residual: input)
    let query = kernels.linear(normalizing: hidden, norm2, queryProjection)
    let cross = kernels.crossAttention(query, text)
    hidden = kernels.linear(cross, textOutput, residual: hidden)
    let gated = kernels.gatedLinear(normalizing: hidden, norm3, gatedProjection)
    return kernels.linear(gated, gatedOutput, residual: hidden)
  }
}
