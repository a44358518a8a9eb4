extension ModeImage {
  /// The picture turned upright, as Pillow's `exif_transpose` does.
  ///
  /// - Parameter orientation: EXIF's 1 to 8; other values leave the picture alone.
  public func turned(_ orientation: Int) -> ModeImage {
    let (w, h) = (width, height)
    return switch orientation {
    case 2: rearranged(w, h) { x, y in (w - 1 - x, y) }
    case 3: rearranged(w, h) { x, y in (w - 1 - x, h - 1 - y) }
    case 4: rearranged(w, h) { x, y in (x, h - 1 - y) }
    case 5: rearranged(h, w) { x, y in (y, x) }
    case 6: rearranged(h, w) { x, y in (y, h - 1 - x) }
    case 7: rearranged(h, w) { x, y in (w - 1 - y, h - 1 - x) }
    case 8: rearranged(h, w) { x, y in (w - 1 - y, x) }
    default: self
    }
  }

  /// A picture of another shape whose pixel (x, y) is the one of this picture at `source(x, y)`.
  private func rearranged(
    _ width: Int, _ height: Int, from source: (Int, Int) -> (Int, Int)
  ) -> ModeImage {
    let size = mode.bytesPerPixel
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<height {
      for x in 0..<width {
        let (column, row) = source(x, y)
        let start = (row * self.width + column) * size
        turned += pixels[start..<start + size]
      }
    }
    return with(width: width, height: height, pixels: turned)
  }
}
