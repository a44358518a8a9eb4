/// An sRGB colour with opacity.
public struct Color: Hashable, Sendable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8
  /// Opacity, 0 to 1.
  public var alpha: Double

  /// A colour from its channels.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A colour as it is written on the web: 0x1F77B4.
  public init(_ hex: UInt32, alpha: Double = 1) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex), alpha: alpha)
  }

  /// The same colour with another opacity.
  public func opacity(_ alpha: Double) -> Color {
    Color(red: red, green: green, blue: blue, alpha: alpha)
  }

  /// The channels as `#1f77b4`, without opacity.
  public var hex: String {
    let digits = Array("0123456789abcdef")
    return [red, green, blue].reduce(into: "#") { text, channel in
      text.append(digits[Int(channel >> 4)])
      text.append(digits[Int(channel & 15)])
    }
  }
}

extension Color {
  /// Text and frames.
  public static let ink = Color(0x1A1A1A)
  /// The background.
  public static let paper = Color(0xFFFFFF)
  /// Lines that mark a reference value.
  public static let reference = Color(0x808080)
  /// Lines between blocks.
  public static let divider = Color(0xD3D3D3)
  /// Cells without a value.
  public static let absent = Color(0xF0F0F0)
}
