import Kernels

/// The autoencoder's middle: a resnet, self-attention with one head, a resnet.
final class AutoencoderMidBlock<K: Kernels> {
  private let first: ResnetBlock2D<K>
  private let attention: AutoencoderAttention<K>?
  private let second: ResnetBlock2D<K>

  init(
    _ reader: WeightReader<K>, _ key: WeightKey, channels: Int,
    hasAttention: Bool, style: ResnetBlock2D<K>.Style, size: Int
  ) throws(NetworkError) {
    first = try ResnetBlock2D(
      reader, key["resnets"][0], inputs: channels, outputs: channels, style: style, size: size)
    attention =
      hasAttention
      ? try AutoencoderAttention(
        reader, key["attentions"][0], channels: channels, groups: style.groups, tokens: size * size)
      : nil
    second = try ResnetBlock2D(
      reader, key["resnets"][1], inputs: channels, outputs: channels, style: style, size: size)
  }

  func callAsFunction(_ input: FeatureMap, _ kernels: K, place: BatchPlace? = nil) -> FeatureMap {
    var hidden = input
    for part in 0..<Self.parts { hidden = run(part, hidden, kernels, place: place) }
    return hidden
  }

  /// How many parts ``run(_:_:_:place:)`` knows.
  static var parts: Int { 3 }

  /// The output of one of its parts: 0 the first resnet, 1 the attention, 2 the second resnet.
  func run(
    _ part: Int, _ input: FeatureMap, _ kernels: K, place: BatchPlace?
  ) -> FeatureMap {
    if part == 1 {
      // Its norm sees tokens as a list, where PyTorch has another, exacter kernel.
      return attention?(input, kernels) ?? input
    }
    return (part == 0 ? first : second)(input, time: nil, kernels, place: place)
  }
}

/// Self-attention with one head over the tokens of a map, added to the map.
final class AutoencoderAttention<K: Kernels> {
  private let norm: GroupNorm
  private let projection: K.Linear
  private let output: K.Linear

  /// Reads the module at `key`, by today's names or by those before diffusers 0.17.
  init(
    _ reader: WeightReader<K>, _ key: WeightKey, channels: Int, groups: Int,
    tokens: Int
  ) throws(NetworkError) {
    let isOld = reader.contains(key["query"]["weight"])
    let inputs =
      isOld
      ? [key["query"], key["key"], key["value"]] : [key["to_q"], key["to_k"], key["to_v"]]
    norm = try reader.groupNorm(
      key["group_norm"], channels: channels, groups: groups, epsilon: 1e-6)
    projection = try reader.linear(
      inputs, inputs: channels, outputsOfEach: channels, hasBias: true, tokens: tokens)
    output = try reader.linear(
      isOld ? key["proj_attn"] : key["to_out"][0], inputs: channels, outputs: channels,
      tokens: tokens)
  }

  func callAsFunction(_ input: FeatureMap, _ kernels: K) -> FeatureMap {
    let packed = kernels.linear(normalizing: input, norm, projection)
    let attended = kernels.selfAttention(packed, heads: 1, causal: false)
    return kernels.linear(attended, output, residual: input)
  }
}
