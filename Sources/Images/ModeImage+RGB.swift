extension ModeImage {
  /// The picture as Pillow's `convert("RGB")` gives it: alpha and transparent palette entries are
  /// dropped, colour profiles ignored, 16-bit grey cut off at 255.
  public func rgb() -> RGBImage {
    if mode == .rgb { return RGBImage(width: width, height: height, pixels: pixels) }
    let count = width * height
    let converted = [UInt8](unsafeUninitializedCapacity: count * 3) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        palette.withUnsafeBufferPointer { colors in
          convert(source, colors, count, into: target)
        }
      }
      filled = count * 3
    }
    return RGBImage(width: width, height: height, pixels: converted)
  }

  private func convert(
    _ source: UnsafeBufferPointer<UInt8>, _ colors: UnsafeBufferPointer<UInt8>, _ count: Int,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    func put(_ index: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      target[3 * index] = red
      target[3 * index + 1] = green
      target[3 * index + 2] = blue
    }
    switch mode {
    case .bilevel, .grey:
      for i in 0..<count { put(i, source[i], source[i], source[i]) }
    case .greyAlpha:
      for i in 0..<count { put(i, source[2 * i], source[2 * i], source[2 * i]) }
    case .grey16:
      for i in 0..<count {
        let value = source[2 * i + 1] > 0 ? 255 : source[2 * i]
        put(i, value, value, value)
      }
    case .palette:
      for i in 0..<count {
        let color = 3 * Int(source[i])
        put(i, colors[color], colors[color + 1], colors[color + 2])
      }
    case .rgb:
      for i in 0..<count { put(i, source[3 * i], source[3 * i + 1], source[3 * i + 2]) }
    case .rgba:
      for i in 0..<count { put(i, source[4 * i], source[4 * i + 1], source[4 * i + 2]) }
    case .cmyk:
      for i in 0..<count {
        let white = 255 - Int(source[4 * i + 3])
        func ink(_ channel: Int) -> UInt8 {
          UInt8(max(0, white - scaled(Int(source[4 * i + channel]), by: white)))
        }
        put(i, ink(0), ink(1), ink(2))
      }
    }
  }
}

/// `value * factor / 255`, rounded as Pillow's MULDIV255 does, for bytes.
func scaled(_ value: Int, by factor: Int) -> Int {
  let product = value * factor + 128
  return (product >> 8 + product) >> 8
}
