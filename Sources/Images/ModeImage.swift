/// A picture in the mode its file has, before anything is converted.
///
/// Turning, cropping and resizing happen in this mode, as in Pillow: converting to RGB first gives
/// other pixels for CMYK, palettes and alpha.
public struct ModeImage: Sendable {
  /// The layout of ``pixels``.
  public let mode: PixelMode
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// Rows from the top, pixels from the left, `mode.bytesPerPixel` bytes each.
  public let pixels: [UInt8]
  /// 256 red, green, blue triples where the mode is ``PixelMode/palette``, else empty.
  public let palette: [UInt8]

  /// A picture of the given pixels, of which there must be as many as its size and mode say.
  public init(mode: PixelMode, width: Int, height: Int, pixels: [UInt8], palette: [UInt8] = []) {
    precondition(pixels.count == width * height * mode.bytesPerPixel)
    precondition(palette.count == (mode == .palette ? 768 : 0))
    self.mode = mode
    self.width = width
    self.height = height
    self.pixels = pixels
    self.palette = palette
  }

  /// The same mode and palette with other pixels.
  func with(width: Int, height: Int, pixels: [UInt8]) -> ModeImage {
    ModeImage(mode: mode, width: width, height: height, pixels: pixels, palette: palette)
  }

  /// The `width` x `height` pixels whose upper left one is at (`x`, `y`); they must lie inside.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> ModeImage {
    precondition(x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height)
    let size = mode.bytesPerPixel
    var cropped: [UInt8] = []
    cropped.reserveCapacity(width * height * size)
    for row in y..<y + height {
      let start = (row * self.width + x) * size
      cropped += pixels[start..<start + width * size]
    }
    return with(width: width, height: height, pixels: cropped)
  }
}
