extension PortableKernels {
  /// Keys and values of every head, packed for the micro-kernel.
  public struct KeyValues: Sendable {
    /// Per head the keys, `[head width][keys]`, scaled by 1/√(head width).
    let keys: [PackedMatrix]
    /// Per head the values, one matrix a block of keys: `[keys of the block][head width]`.
    let values: [[PackedMatrix]]
    let count: Int
    let headWidth: Int
  }

  /// How many keys are scored before their values are summed.
  private static let keyBlock = 512

  /// See ``Kernels``.
  public func keyValues(_ keyValue: FeatureMap, heads: Int) -> KeyValues {
    keyValues(
      keyValue, keyOffset: 0, valueOffset: keyValue.channels / 2, width: keyValue.channels / 2,
      heads: heads)
  }

  /// See ``Kernels``.
  public func selfAttention(_ queryKeyValue: FeatureMap, heads: Int, causal: Bool) -> FeatureMap {
    let channels = queryKeyValue.channels / 3
    let prepared = keyValues(
      queryKeyValue, keyOffset: channels, valueOffset: 2 * channels, width: channels, heads: heads)
    return attend(queryKeyValue, channels: channels, prepared, causal: causal)
  }

  /// See ``Kernels``.
  public func crossAttention(_ query: FeatureMap, _ keyValues: KeyValues) -> FeatureMap {
    attend(query, channels: query.channels, keyValues, causal: false)
  }

  private func keyValues(
    _ map: FeatureMap, keyOffset: Int, valueOffset: Int, width: Int, heads: Int
  ) -> KeyValues {
    precondition(heads > 0 && width % heads == 0)
    let headWidth = width / heads
    let stride = map.channels
    let scale = 1 / Float(headWidth).squareRoot()
    var keys: [PackedMatrix] = []
    var values: [[PackedMatrix]] = []
    for head in 0..<heads {
      let source = map.address + head * headWidth
      keys.append(
        PackedMatrix(
          depth: headWidth, columns: map.tokens, from: source + keyOffset, scale: scale
        ) { k, column in column * stride + k })
      var blocks: [PackedMatrix] = []
      for first in Swift.stride(from: 0, to: map.tokens, by: Self.keyBlock) {
        let depth = min(Self.keyBlock, map.tokens - first)
        blocks.append(
          PackedMatrix(
            depth: depth, columns: headWidth, from: source + valueOffset + first * stride
          ) { k, column in k * stride + column })
      }
      values.append(blocks)
    }
    return KeyValues(keys: keys, values: values, count: map.tokens, headWidth: headWidth)
  }

  /// Attention of the first `channels` of every token of `query`, without a matrix of all scores:
  /// block by block of queries and keys, with a running maximum and sum per query.
  private func attend(
    _ query: FeatureMap, channels: Int, _ keyValues: KeyValues, causal: Bool
  ) -> FeatureMap {
    let block = AttentionBlock(keys: Self.keyBlock, headWidth: keyValues.headWidth)
    return FeatureMap(height: query.height, width: query.width, channels: channels) { output in
      for head in keyValues.keys.indices {
        let offset = head * keyValues.headWidth
        for first in stride(from: 0, to: query.tokens, by: blockTokens) {
          let queries = first..<min(first + blockTokens, query.tokens)
          block.begin(
            query.address + offset + first * query.channels, stride: query.channels,
            count: queries.count)
          for (index, values) in keyValues.values[head].enumerated() {
            let firstKey = index * Self.keyBlock
            if causal, firstKey > queries.upperBound - 1 { break }
            block.add(
              keyValues.keys[head], from: firstKey, values, firstQuery: causal ? first : nil)
          }
          block.finish(output + first * channels + offset, stride: channels)
        }
      }
    }
  }
}
