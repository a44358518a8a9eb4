/// The operations that the networks are made of, on token-major float32 maps of one image.
///
/// A backend packs weights once, into types of its own, and may then repack activations inside an
/// operation as it likes. Operations with default implementations are compositions of others; a
/// backend that can fuse them overrides them.
public protocol Kernels {
  /// Packed weights of a 3x3 convolution, with its bias, stride and padding.
  associatedtype Convolution
  /// Packed weights of a linear map, with its bias.
  associatedtype Linear
  /// Keys and values of an attention whose source stays the same over many calls: a text.
  associatedtype KeyValues

  /// Packs a convolution's weights; the plain ones are not kept.
  func pack(_ weights: consuming ConvolutionWeights) -> Convolution
  /// Packs a linear map's weights; the plain ones are not kept.
  func pack(_ weights: consuming LinearWeights) -> Linear

  /// The convolution of `input`, plus bias, plus `channelBias` (one token, added to every token),
  /// plus `residual` (of the output's shape).
  func convolution(
    _ input: FeatureMap, _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap

  /// The linear map of every token of `input`, plus bias, plus `residual` (of the output's shape).
  func linear(_ input: FeatureMap, _ weights: Linear, residual: FeatureMap?) -> FeatureMap

  /// Group norm over channel groups and all tokens, then `activation`, in one pass.
  func groupNorm(_ input: FeatureMap, _ norm: GroupNorm, activation: Activation) -> FeatureMap
  /// Layer norm of every token.
  func layerNorm(_ input: FeatureMap, _ norm: LayerNorm) -> FeatureMap

  /// Multi-head self-attention of packed queries, keys and values: `[n, 3 * C]` to `[n, C]`.
  ///
  /// Heads split the channels evenly; scores are scaled by 1/√(C / heads). With `causal`, a token
  /// sees only itself and the tokens before it.
  func selfAttention(_ queryKeyValue: FeatureMap, heads: Int, causal: Bool) -> FeatureMap
  /// What ``crossAttention(_:_:)`` needs of packed keys and values `[m, 2 * C]`: kept per text.
  func keyValues(_ keyValue: FeatureMap, heads: Int) -> KeyValues
  /// Multi-head attention of queries `[n, C]` over prepared keys and values; n and m may differ.
  func crossAttention(_ query: FeatureMap, _ keyValues: KeyValues) -> FeatureMap

  /// `activation` of every value.
  func activate(_ input: FeatureMap, _ activation: Activation) -> FeatureMap
  /// The first half of every token times gelu of its second half: `[n, 2 * C]` to `[n, C]`.
  func geglu(_ input: FeatureMap) -> FeatureMap
  /// The sum of two maps of one shape.
  func add(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap
  /// The channels of `first`, then those of `second`, token by token.
  func concatenate(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap
  /// Nearest-neighbour interpolation to `height` x `width`, with PyTorch's choice of source.
  func upsample(_ input: FeatureMap, height: Int, width: Int) -> FeatureMap

  // MARK: Fusible, with default implementations.

  /// Group norm, `activation`, then a convolution: a resnet's half.
  func convolution(
    normalizing input: FeatureMap, _ norm: GroupNorm, activation: Activation,
    _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap
  /// Nearest-neighbour interpolation to `height` x `width`, then a convolution.
  func convolution(
    upsampling input: FeatureMap, height: Int, width: Int, _ weights: Convolution
  ) -> FeatureMap
  /// Group norm, then a linear map.
  func linear(normalizing input: FeatureMap, _ norm: GroupNorm, _ weights: Linear) -> FeatureMap
  /// Layer norm, then a linear map.
  func linear(normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear) -> FeatureMap
  /// A linear map, then `activation`.
  func linear(_ input: FeatureMap, _ weights: Linear, activation: Activation) -> FeatureMap
  /// Layer norm, a linear map to `2 * C` channels, then ``geglu(_:)``.
  func gatedLinear(normalizing input: FeatureMap, _ norm: LayerNorm, _ weights: Linear)
    -> FeatureMap
}
