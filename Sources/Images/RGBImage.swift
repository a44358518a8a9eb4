/// A picture of 8-bit red, green and blue.
public struct RGBImage: Sendable, Equatable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// `height * width * 3` bytes: rows from the top, pixels from the left, red, green, blue.
  public let pixels: [UInt8]

  /// A picture of the given pixels, of which there must be `height * width * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The picture at another size, as Pillow's `resize` gives it (bicubic, antialiased, 8-bit fixed
  /// point); the aspect ratio is not kept.
  public func resized(width: Int, height: Int) -> RGBImage {
    let resized = ModeImage(mode: .rgb, width: self.width, height: self.height, pixels: pixels)
      .resized(width: width, height: height)
    return RGBImage(width: width, height: height, pixels: resized.pixels)
  }
}
