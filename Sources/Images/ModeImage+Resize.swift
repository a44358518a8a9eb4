extension ModeImage {
  /// The picture at another size, byte for byte as Pillow 13's `resize` with its default filter.
  ///
  /// That is bicubic with antialiasing in 8-bit fixed point; nearest for ``PixelMode/bilevel`` and
  /// ``PixelMode/palette``; with premultiplied alpha where there is alpha; in double precision for
  /// ``PixelMode/grey16``. `width` and `height` must be positive.
  public func resized(width: Int, height: Int) -> ModeImage {
    precondition(width > 0 && height > 0)
    if width == self.width && height == self.height { return self }
    switch mode {
    case .bilevel, .palette: return nearest(width: width, height: height)
    case .greyAlpha, .rgba:
      return premultiplied().bicubic(width: width, height: height).unpremultiplied()
    case .grey, .rgb, .cmyk, .grey16: return bicubic(width: width, height: height)
    }
  }

  private func nearest(width: Int, height: Int) -> ModeImage {
    func sources(_ from: Int, _ to: Int) -> [Int] {
      let step = Double(from) / Double(to)
      var position = step / 2  // accumulated, as Pillow does: rounding decides ties
      return (0..<to).map { _ in
        defer { position += step }
        return min(Int(position), from - 1)
      }
    }
    let columns = sources(self.width, width)
    var resized: [UInt8] = []
    resized.reserveCapacity(width * height)
    for row in sources(self.height, height) {
      for column in columns { resized.append(pixels[row * self.width + column]) }
    }
    return with(width: width, height: height, pixels: resized)
  }

  /// Both passes; the one that Pillow runs first comes first, since each rounds to whole levels.
  private func bicubic(width: Int, height: Int) -> ModeImage {
    // Pillow 13: the vertical pass first where it shrinks the picture more.
    let lost = self.height - height
    if lost > 0 && lost > 2 * (self.width - width) {
      return vertical(height).horizontal(width)
    }
    return horizontal(width).vertical(height)
  }

  private func horizontal(_ width: Int) -> ModeImage {
    if width == self.width { return self }
    let weights = ResampleWeights(from: self.width, to: width)
    let resized = resample(
      outer: height, outerStride: self.width, count: width, weights, stride: 1,
      step: (outer: width, inner: 1))
    return with(width: width, height: height, pixels: resized)
  }

  private func vertical(_ height: Int) -> ModeImage {
    if height == self.height { return self }
    let weights = ResampleWeights(from: self.height, to: height)
    let resized = resample(
      outer: width, outerStride: 1, count: height, weights, stride: width,
      step: (outer: 1, inner: width))
    return with(width: width, height: height, pixels: resized)
  }

  /// One pass: `outer` lines, `count` outputs on each; strides and steps in pixels.
  private func resample(
    outer: Int, outerStride: Int, count: Int, _ weights: ResampleWeights, stride: Int,
    step: (outer: Int, inner: Int)
  ) -> [UInt8] {
    let size = mode.bytesPerPixel
    let total = outer * count * size
    return [UInt8](unsafeUninitializedCapacity: total) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        for inner in 0..<count {
          let range = weights.offsets[inner]..<weights.offsets[inner + 1]
          for line in 0..<outer {
            let from = line * outerStride + weights.starts[inner] * stride
            let to = line * step.outer + inner * step.inner
            if mode == .grey16 {
              blend16(source, from, stride, weights.values[range], &target, to)
            } else {
              for channel in 0..<size {
                target[to * size + channel] = blend(
                  source, from * size + channel, stride * size, weights.fixed[range])
              }
            }
          }
        }
      }
      filled = total
    }
  }

  private func blend(
    _ source: UnsafeBufferPointer<UInt8>, _ from: Int, _ stride: Int, _ weights: ArraySlice<Int32>
  ) -> UInt8 {
    var sum: Int32 = 1 << 21
    var position = from
    for weight in weights {
      sum &+= Int32(source[position]) &* weight
      position += stride
    }
    return UInt8(clamping: sum >> 22)
  }

  private func blend16(
    _ source: UnsafeBufferPointer<UInt8>, _ from: Int, _ stride: Int, _ weights: ArraySlice<Double>,
    _ target: inout UnsafeMutableBufferPointer<UInt8>, _ to: Int
  ) {
    var sum = 0.0
    var position = from
    for weight in weights {
      sum += Double(Int(source[2 * position]) | Int(source[2 * position + 1]) << 8) * weight
      position += stride
    }
    let value = UInt16(clamping: Int((sum + 0.5).rounded(.down)))
    target[2 * to] = UInt8(value & 255)
    target[2 * to + 1] = UInt8(value >> 8)
  }
}
