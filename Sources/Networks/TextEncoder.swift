public import Kernels

/// CLIP's text encoder (`CLIPTextModel`): the last hidden state after the final norm.
public struct TextEncoder<K: Kernels> {
  private struct Layer {
    let norm1: LayerNorm
    let attentionInput: K.Linear
    let attentionOutput: K.Linear
    let norm2: LayerNorm
    let first: K.Linear
    let second: K.Linear
  }

  /// The configuration it was built for.
  public let configuration: TextEncoderConfiguration
  private let kernels: K
  private let tokenEmbedding: [Float]
  private let positionEmbedding: [Float]
  private let layers: [Layer]
  private let finalNorm: LayerNorm

  /// Reads and packs the weights, one tensor at a time.
  ///
  /// - Throws: ``NetworkError`` when the configuration is impossible, or a tensor is missing,
  ///   unreadable, or of another shape than the configuration asks for.
  public init(
    _ configuration: TextEncoderConfiguration, weights: some WeightSource, kernels: K
  ) throws(NetworkError) {
    try configuration.validate()
    self.configuration = configuration
    self.kernels = kernels
    let reader = WeightReader(kernels: kernels, source: weights)
    let width = configuration.hiddenSize
    let tokens = configuration.positions
    let key: WeightKey = "text_model"
    tokenEmbedding = try reader.values(
      key["embeddings"]["token_embedding"]["weight"], shape: [configuration.vocabularySize, width])
    positionEmbedding = try reader.values(
      key["embeddings"]["position_embedding"]["weight"], shape: [tokens, width])
    var layers: [Layer] = []
    for index in 0..<configuration.layers {
      let layer = key["encoder"]["layers"][index]
      let attention = layer["self_attn"]
      layers.append(
        Layer(
          norm1: try reader.layerNorm(
            layer["layer_norm1"], channels: width, epsilon: configuration.normEpsilon),
          attentionInput: try reader.linear(
            [attention["q_proj"], attention["k_proj"], attention["v_proj"]], inputs: width,
            outputsOfEach: width, hasBias: true, tokens: tokens),
          attentionOutput: try reader.linear(
            attention["out_proj"], inputs: width, outputs: width, tokens: tokens),
          norm2: try reader.layerNorm(
            layer["layer_norm2"], channels: width, epsilon: configuration.normEpsilon),
          first: try reader.linear(
            layer["mlp"]["fc1"], inputs: width, outputs: configuration.intermediateSize,
            tokens: tokens),
          second: try reader.linear(
            layer["mlp"]["fc2"], inputs: configuration.intermediateSize, outputs: width,
            tokens: tokens)))
    }
    self.layers = layers
    finalNorm = try reader.layerNorm(
      key["final_layer_norm"], channels: width, epsilon: configuration.normEpsilon)
  }

  /// The last hidden state of a text, `[tokens, hiddenSize]`.
  ///
  /// - Parameter ids: The tokenizer's ids, with start, end and padding.
  /// - Throws: ``NetworkError/input(_:)`` for no ids, too many, or one outside the vocabulary.
  public func encode(ids: [Int]) throws(NetworkError) -> FeatureMap {
    guard !ids.isEmpty, ids.count <= configuration.positions else {
      throw .input("the text has no tokens, or more than max_position_embeddings")
    }
    guard ids.allSatisfy({ $0 >= 0 && $0 < configuration.vocabularySize }) else {
      throw .input("a token of the text is outside the text encoder's vocabulary")
    }
    var hidden = embed(ids)
    for layer in layers {
      let packed = kernels.linear(normalizing: hidden, layer.norm1, layer.attentionInput)
      let attended = kernels.selfAttention(packed, heads: configuration.heads, causal: true)
      hidden = kernels.linear(attended, layer.attentionOutput, residual: hidden)
      let inner = kernels.linear(
        kernels.layerNorm(hidden, layer.norm2), layer.first, activation: configuration.activation)
      hidden = kernels.linear(inner, layer.second, residual: hidden)
    }
    return kernels.layerNorm(hidden, finalNorm)
  }

  private func embed(_ ids: [Int]) -> FeatureMap {
    let width = configuration.hiddenSize
    return FeatureMap(height: ids.count, width: 1, channels: width) { output in
      for (position, id) in ids.enumerated() {
        for channel in 0..<width {
          output[position * width + channel] =
            tokenEmbedding[id * width + channel] + positionEmbedding[position * width + channel]
        }
      }
    }
  }
}
