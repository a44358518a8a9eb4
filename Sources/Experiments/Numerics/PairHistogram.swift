import CKernels

/// The 2-D histogram of token pairs by mean norm and cosine similarity in one layer.
package struct PairHistogram: Equatable, Sendable {
  /// Bins along each axis.
  package static let bins = 100

  /// Counts [norm, similarity], the highest norm first, similarity from -0.5 to 1.
  package private(set) var counts = [UInt64](repeating: 0, count: bins * bins)
  /// Pairs whose similarity lies outside -0.5 … 1.
  package private(set) var dropped: UInt64 = 0
  /// The smallest and largest norm: the ends of the norm axis.
  package let limits: ClosedRange<Float>

  /// An empty histogram between two norms.
  package init(limits: ClosedRange<Float>) { self.limits = limits }

  /// The tokens of one image, ready to be paired.
  package struct Tokens {
    /// Unit vectors, [count, channels]; a token of norm 0 stays 0.
    package let units: [Float]
    /// Norms of the tokens.
    package let norms: [Float]
    /// Channels of a token.
    package let channels: Int

    /// Divides `count` tokens by their norms.
    package init(_ tokens: UnsafePointer<Float>, count: Int, channels: Int) {
      var norms = [Float](repeating: 0, count: count)
      unetlens_token_norms(tokens, count, channels, &norms)
      var units = [Float](repeating: 0, count: count * channels)
      for token in 0..<count where norms[token] > 0 {
        for index in token * channels..<(token + 1) * channels {
          units[index] = tokens[index] / norms[token]
        }
      }
      self.units = units
      self.norms = norms
      self.channels = channels
    }

    /// The unit vectors as the right factor of a product, in panels of 32 tokens.
    package var panels: [Float] {
      let count = (norms.count + 31) / 32
      var panels = [Float](repeating: 0, count: count * 32 * channels)
      unetlens_pack_panels(units, norms.count, channels, &panels)
      return panels
    }
  }

  /// Counts every pair of a token of `one` and a token of `other`, `weight` times.
  package mutating func add(
    _ one: Tokens, _ other: Tokens, panels: [Float], weight: UInt64 = 1
  ) {
    let rows = 48
    let panelCount = panels.count / (32 * other.channels)
    // Few enough columns at a time that their similarities stay in the cache.
    let group = 16
    var similarities = [Float](repeating: 0, count: rows * group * 32)
    var cells = [UInt64](repeating: 0, count: Self.bins * Self.bins + 1)
    let width = limits.upperBound - limits.lowerBound
    let scale = width > 0 ? Float(Self.bins) / width : 0
    one.units.withUnsafeBufferPointer { units in
      panels.withUnsafeBufferPointer { panels in
        other.norms.withUnsafeBufferPointer { norms in
          for panel in stride(from: 0, to: panelCount, by: group) {
            let here = min(group, panelCount - panel)
            let columns = min(here * 32, norms.count - panel * 32)
            for row in stride(from: 0, to: one.norms.count, by: rows) {
              let count = min(rows, one.norms.count - row)
              unetlens_tokens_times_panels(
                units.baseAddress! + row * one.channels, count, one.channels,
                panels.baseAddress! + panel * 32 * other.channels, nil, here, &similarities)
              one.norms.withUnsafeBufferPointer {
                unetlens_count_pairs(
                  similarities, count, columns, here * 32, $0.baseAddress! + row,
                  norms.baseAddress! + panel * 32, limits.lowerBound, scale, &cells)
              }
            }
          }
        }
      }
    }
    for cell in counts.indices { counts[cell] += weight * cells[cell] }
    dropped += weight * cells[Self.bins * Self.bins]
  }

  /// Adds the counts of other pairs between the same limits.
  package mutating func add(_ other: PairHistogram) {
    for cell in counts.indices { counts[cell] += other.counts[cell] }
    dropped += other.dropped
  }
}
