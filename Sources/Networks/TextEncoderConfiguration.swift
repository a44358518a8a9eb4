public import Kernels

/// What distinguishes one CLIP text encoder from another: `text_encoder/config.json`.
public struct TextEncoderConfiguration: Equatable, Sendable {
  /// `vocab_size`.
  public var vocabularySize = 49_408
  /// `hidden_size`.
  public var hiddenSize = 768
  /// `intermediate_size` of the MLPs.
  public var intermediateSize = 3072
  /// `num_hidden_layers`.
  public var layers = 12
  /// `num_attention_heads`.
  public var heads = 12
  /// `max_position_embeddings`.
  public var positions = 77
  /// `hidden_act`.
  public var activation = Activation.quickGELU
  /// `layer_norm_eps`.
  public var normEpsilon: Float = 1e-5

  /// The configuration of CLIP ViT-L/14's text encoder; change what differs.
  public init() {}
}
