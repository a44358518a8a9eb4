extension PortableKernels {
  /// Keys and values of every head, laid out for ``AttentionBlock``.
  public struct KeyValues: Sendable {
    /// Per head its blocks of ``keyBlock`` keys.
    let heads: [[AttentionBlock.Keys]]
    let headWidth: Int
  }

  /// How many keys are scored before their values are summed: with one panel of scores they stay in
  /// the fastest cache.
  private static let keyBlock = 128

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
    var blocks: [[AttentionBlock.Keys]] = []
    for head in 0..<heads {
      var own: [AttentionBlock.Keys] = []
      for first in Swift.stride(from: 0, to: map.tokens, by: Self.keyBlock) {
        let source = map.address + first * map.channels + head * headWidth
        own.append(
          keys(
            source + keyOffset, source + valueOffset, stride: map.channels,
            count: min(Self.keyBlock, map.tokens - first), headWidth: headWidth))
      }
      blocks.append(own)
    }
    return KeyValues(heads: blocks, headWidth: headWidth)
  }

  /// A block of `count` keys and values of one head, `stride` floats apart.
  private func keys(
    _ keys: UnsafePointer<Float>, _ values: UnsafePointer<Float>, stride: Int, count: Int,
    headWidth: Int
  ) -> AttentionBlock.Keys {
    // log2(e): the softmax is taken to base 2.
    let scale = 1.442_695_04 / Float(headWidth).squareRoot()
    let block = AttentionBlock.Keys(
      keys: FloatBuffer(count: count * headWidth), values: FloatBuffer(count: headWidth * count),
      count: count)
    for key in 0..<count {
      for channel in 0..<headWidth {
        block.keys.address[key * headWidth + channel] = keys[key * stride + channel] * scale
        block.values.address[channel * count + key] = values[key * stride + channel]
      }
    }
    return block
  }

  /// Attention of the first `channels` of every token of `query`, without a matrix of all scores:
  /// block by block of queries and keys, with a running maximum and sum per query.
  private func attend(
    _ query: FeatureMap, channels: Int, _ keyValues: KeyValues, causal: Bool
  ) -> FeatureMap {
    let block = AttentionBlock(keys: Self.keyBlock, headWidth: keyValues.headWidth)
    return FeatureMap(height: query.height, width: query.width, channels: channels) { output in
      for (head, keyBlocks) in keyValues.heads.enumerated() {
        let offset = head * keyValues.headWidth
        for first in stride(from: 0, to: query.tokens, by: blockTokens) {
          let queries = first..<min(first + blockTokens, query.tokens)
          block.begin(
            query.address + offset + first * query.channels, stride: query.channels,
            count: queries.count)
          for (index, keys) in keyBlocks.enumerated() {
            let firstKey = index * Self.keyBlock
            if causal, firstKey > queries.upperBound - 1 { break }
            block.add(keys, firstQuery: causal ? first - firstKey : nil)
          }
          block.finish(output + first * channels + offset, stride: channels)
        }
      }
    }
  }
}
