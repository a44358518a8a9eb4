/// How a file stores its pixels, named and laid out as Pillow does.
public enum PixelMode: Int32, Sendable, CaseIterable {
  /// Pillow's "1": one byte a pixel, 0 or 255.
  case bilevel = 0
  /// Pillow's "L": grey.
  case grey = 1
  /// Pillow's "LA": grey and alpha.
  case greyAlpha = 2
  /// Pillow's "P": an index into a palette.
  case palette = 3
  /// Pillow's "RGB".
  case rgb = 4
  /// Pillow's "RGBA".
  case rgba = 5
  /// Pillow's "CMYK".
  case cmyk = 6
  /// Pillow's "I;16": grey of 16 bits, little endian.
  case grey16 = 7

  /// The number of bytes a pixel takes.
  public var bytesPerPixel: Int {
    switch self {
    case .bilevel, .grey, .palette: 1
    case .greyAlpha, .grey16: 2
    case .rgb: 3
    case .rgba, .cmyk: 4
    }
  }
}
