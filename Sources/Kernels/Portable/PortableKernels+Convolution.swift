extension PortableKernels {
  /// See ``Kernels``.
  public func convolution(
    _ input: FeatureMap, _ weights: Convolution, channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    convolution(
      input, seenAs: (input.height, input.width), weights, channelBias: channelBias,
      residual: residual)
  }

  /// See ``Kernels``; the interpolated map is never made.
  public func convolution(
    upsampling input: FeatureMap, height: Int, width: Int, _ weights: Convolution
  ) -> FeatureMap {
    convolution(input, seenAs: (height, width), weights, channelBias: nil, residual: nil)
  }

  /// The convolution of `input` interpolated to `size`: an implicit matrix product, in which each
  /// output token has nine rows of the input as its neighbours.
  @inline(never)
  private func convolution(
    _ input: FeatureMap, seenAs size: (height: Int, width: Int), _ weights: Convolution,
    channelBias: FeatureMap?, residual: FeatureMap?
  ) -> FeatureMap {
    let channels = weights.inputs
    let columns = weights.matrix.columns
    precondition(input.channels == channels)
    let padding = weights.padding
    let rowSources = neighbours(
      of: size.height, stored: input.height, before: padding.top, after: padding.bottom, weights)
    let columnSources = neighbours(
      of: size.width, stored: input.width, before: padding.left, after: padding.right, weights)
    let height = rowSources.count / 3
    let width = columnSources.count / 3
    let epilogue = Epilogue(
      bias: weights.bias, channelBias: channelBias, columns: columns, residual: residual)
    let product = BlockedProduct(matrix: weights.matrix, taps: 9, tapDepth: channels)
    let zeros = FloatBuffer(count: channels)
    zeros.address.update(repeating: 0, count: channels)
    let source = input.address
    return FeatureMap(height: height, width: width, channels: columns) { output in
      product.run(tokens: height * width) { block, rows in
        for token in block {
          let row = token / width
          let column = token % width
          var slot = rows + (token - block.lowerBound)
          for tapRow in 0..<3 {
            let sourceRow = rowSources[3 * row + tapRow]
            for tapColumn in 0..<3 {
              let sourceColumn = columnSources[3 * column + tapColumn]
              slot.pointee =
                sourceRow < 0 || sourceColumn < 0
                ? UnsafePointer(zeros.address)
                : source + (sourceRow * input.width + sourceColumn) * channels
              slot += blockTokens
            }
          }
        }
      } finish: { block, results in
        epilogue.write(block, results, to: output)
      }
      withExtendedLifetime(zeros) {}
    }
  }

  /// For every output place along one side, the three stored places its taps read; -1 for a zero.
  private func neighbours(
    of side: Int, stored: Int, before: Int, after: Int, _ weights: Convolution
  ) -> [Int] {
    let count = (side + before + after - 3) / weights.stride + 1
    var places: [Int] = []
    places.reserveCapacity(3 * count)
    for place in 0..<count {
      for tap in 0..<3 {
        var source = place * weights.stride + tap - before
        if weights.mode == .circular { source = (source + side) % side }
        places.append(
          source < 0 || source >= side
            ? -1 : nearestSource(of: source, side: side, stored: stored))
      }
    }
    return places
  }

  /// See ``Kernels``.
  public func upsample(_ input: FeatureMap, height: Int, width: Int) -> FeatureMap {
    let channels = input.channels
    let source = input.address
    return FeatureMap(height: height, width: width, channels: channels) { output in
      for row in 0..<height {
        let sourceRow = nearestSource(of: row, side: height, stored: input.height)
        for column in 0..<width {
          let sourceColumn = nearestSource(of: column, side: width, stored: input.width)
          (output + (row * width + column) * channels).update(
            from: source + (sourceRow * input.width + sourceColumn) * channels, count: channels)
        }
      }
    }
  }
}

/// Which of `stored` places PyTorch's nearest interpolation to `side` places takes for `place`.
private func nearestSource(of place: Int, side: Int, stored: Int) -> Int {
  if side == stored { return place }
  let scale = Float(stored) / Float(side)
  return min(Int(Float(place) * scale), stored - 1)
}
