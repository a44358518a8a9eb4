/// The tokens of one layer over all images, in order image, row, column.
package protocol TokenSource {
  /// Channels of a token.
  var channels: Int { get }
  /// Tokens in all.
  var count: Int { get }
  /// How many tokens a caller should ask for at once: one batch where they lie in memory, many
  /// batches where every request is a sweep over files.
  var window: Int { get }
  /// Writes the tokens at `indices` to `target`, `indices.count * channels` values.
  ///
  /// - Throws: ``ExperimentError`` where a work file cannot be read.
  func gather(
    _ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(ExperimentError)
}

/// Tokens that lie in memory.
package struct ResidentTokens: TokenSource {
  /// Channels of a token.
  package let channels: Int
  private let values: [Float]

  /// Tokens of `channels` values each, one after the other.
  package init(_ values: [Float], channels: Int) {
    precondition(channels > 0 && values.count.isMultiple(of: channels))
    self.values = values
    self.channels = channels
  }

  /// Tokens in all.
  package var count: Int { values.count / channels }
  /// One batch.
  package var window: Int { PositionProbe.batchSize }

  /// Copies the tokens at `indices`.
  package func gather(
    _ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(ExperimentError) {
    values.withUnsafeBufferPointer { source in
      var next = target
      for index in indices {
        next.update(from: source.baseAddress! + index * channels, count: channels)
        next += channels
      }
    }
  }
}
