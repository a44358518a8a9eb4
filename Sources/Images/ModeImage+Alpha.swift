extension ModeImage {
  /// Colours times alpha, as Pillow's modes "La" and "RGBa".
  func premultiplied() -> ModeImage {
    mapColors { color, alpha in UInt8(scaled(Int(color), by: Int(alpha))) }
  }

  /// Colours over alpha again.
  func unpremultiplied() -> ModeImage {
    mapColors { color, alpha in
      alpha == 0 || alpha == 255 ? color : UInt8(min(255, 255 * Int(color) / Int(alpha)))
    }
  }

  private func mapColors(_ change: (UInt8, UInt8) -> UInt8) -> ModeImage {
    let size = mode.bytesPerPixel
    var changed = pixels
    for pixel in stride(from: 0, to: changed.count, by: size) {
      let alpha = changed[pixel + size - 1]
      for channel in pixel..<pixel + size - 1 { changed[channel] = change(changed[channel], alpha) }
    }
    return with(width: width, height: height, pixels: changed)
  }
}
