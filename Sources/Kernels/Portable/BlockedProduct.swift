/// The product of gathered token rows with a packed matrix, block by block of tokens.
///
/// A row is `taps` runs of `tapDepth` channels, each anywhere in memory: for a convolution the
/// neighbours of a token, so that no patch matrix is ever made; for a linear map the token itself.
struct BlockedProduct {
  let matrix: PackedMatrix
  let taps: Int
  let tapDepth: Int

  /// Computes all tokens' rows.
  ///
  /// - Parameters:
  ///   - tokens: The number of rows.
  ///   - gather: Writes the pointers of the block's tokens, `[taps][blockTokens]`.
  ///   - finish: Takes the block's results, `[panel][blockTokens][8]`.
  func run(
    tokens: Int,
    gather: (_ block: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) -> Void,
    finish: (_ block: Range<Int>, _ results: UnsafePointer<Float>) -> Void
  ) {
    let zeros = FloatBuffer(count: tapDepth)
    zeros.address.update(repeating: 0, count: tapDepth)
    let results = FloatBuffer(count: matrix.panelCount * blockTokens * 8)
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>.self, capacity: taps * blockTokens
    ) { storage in
      guard let rows = storage.baseAddress else { return }
      // Rows past the last token are computed too, from zeros, and not used.
      rows.initialize(repeating: UnsafePointer(zeros.address), count: taps * blockTokens)
      for first in stride(from: 0, to: tokens, by: blockTokens) {
        let block = first..<min(first + blockTokens, tokens)
        gather(block, rows)
        multiply(rows, count: block.count, into: results.address)
        finish(block, UnsafePointer(results.address))
      }
    }
    withExtendedLifetime(zeros) {}
    withExtendedLifetime(results) {}
    withExtendedLifetime(matrix) {}
  }

  private func multiply(
    _ rows: UnsafeMutablePointer<UnsafePointer<Float>>, count: Int,
    into results: UnsafeMutablePointer<Float>
  ) {
    let tiles = (count + 3) / 4
    for panel in 0..<matrix.panelCount {
      let output = results + panel * blockTokens * 8
      var columns = matrix.panel(panel)
      for tap in 0..<taps {
        for offset in stride(from: 0, to: tapDepth, by: chunkDepth) {
          let depth = min(chunkDepth, tapDepth - offset)
          multiplyTiles(
            UnsafePointer(rows + tap * blockTokens), offset: offset, depth: depth, columns,
            tiles: tiles, output, accumulate: tap > 0 || offset > 0)
          columns += depth * 8
        }
      }
    }
  }
}

/// What is done to a block's results on their way to the output map.
struct Epilogue {
  /// One value a column, filled up to whole panels: bias and channel bias.
  let bias: FloatBuffer
  let columns: Int
  let residual: UnsafePointer<Float>?

  init(bias: [Float]?, channelBias: FeatureMap?, columns: Int, residual: FeatureMap?) {
    self.columns = columns
    self.residual = residual.map { $0.address }
    self.bias = FloatBuffer(count: (columns + 7) / 8 * 8)
    self.bias.address.update(repeating: 0, count: self.bias.count)
    for column in 0..<columns {
      self.bias.address[column] = bias?[column] ?? 0
    }
    channelBias?.withValues { values in
      for column in 0..<columns { self.bias.address[column] += values[column] }
    }
  }

  /// Writes a block's results `[panel][blockTokens][8]` to `output`, `[tokens][columns]`.
  func write(
    _ block: Range<Int>, _ results: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>
  ) {
    for panel in 0..<(columns + 7) / 8 {
      let column = panel * 8
      let width = min(8, columns - column)
      let shift = (UnsafeRawPointer(bias.address) + column * 4).load(as: SIMD8<Float>.self)
      for token in block {
        let from = results + (panel * blockTokens + token - block.lowerBound) * 8
        var value = UnsafeRawPointer(from).load(as: SIMD8<Float>.self) + shift
        let place = token * columns + column
        if width == 8 {
          if let residual {
            value += UnsafeRawPointer(residual + place).loadUnaligned(as: SIMD8<Float>.self)
          }
          UnsafeMutableRawPointer(output + place).storeBytes(of: value, as: SIMD8<Float>.self)
        } else {
          for lane in 0..<width {
            output[place + lane] = value[lane] + (residual.map { $0[place + lane] } ?? 0)
          }
        }
      }
    }
    withExtendedLifetime(bias) {}
  }
}
