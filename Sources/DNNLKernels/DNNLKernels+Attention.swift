internal import CKernels
public import Kernels

extension DNNLKernels {
  /// See `Kernels`.
  public func selfAttention(
    _ queryKeyValue: FeatureMap, heads: Int, causal: Bool
  ) -> FeatureMap {
    let channels = queryKeyValue.channels / 3
    precondition(queryKeyValue.channels == 3 * channels && channels % heads == 0)
    let shape = ck_keys_shape(
      keys: queryKeyValue.tokens, heads: heads, head_width: channels / heads, precision: packing)
    return map(like: queryKeyValue, channels: channels) { target in
      let source = queryKeyValue.address
      check(
        ck_self_attention(
          source, source + channels, source + 2 * channels, queryKeyValue.channels, shape,
          causal ? 1 : 0, target))
    }
  }

  /// See `Kernels`.
  public func keyValues(_ keyValue: FeatureMap, heads: Int) -> PackedKeyValues {
    precondition(keyValue.channels % (2 * heads) == 0)
    return PackedKeyValues(keyValue, heads: heads, packing)
  }

  /// See `Kernels`.
  public func crossAttention(_ query: FeatureMap, _ keyValues: PackedKeyValues) -> FeatureMap {
    precondition(query.channels == keyValues.shape.heads * keyValues.shape.head_width)
    return map(like: query) { target in
      check(
        ck_attention(
          query.address, query.tokens, query.channels, keyValues.memory, keyValues.shape, 0,
          target))
    }
  }
}
