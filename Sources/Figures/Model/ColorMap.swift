/// A colour for every number from 0 to 1.
public struct ColorMap: Hashable, Sendable {
  /// The name as matplotlib spells it.
  public let name: String
  /// 256 colours, evenly spaced.
  private let table: [Color]

  /// A map of 256 colours, interpolated between evenly spaced control colours.
  init(name: String, controls: [UInt32]) {
    self.name = name
    let colors = controls.map { Color($0) }
    table = (0..<256).map { index in
      let place = Double(index) / 255 * Double(colors.count - 1)
      let lower = min(Int(place), colors.count - 2)
      return Self.mix(colors[lower], colors[lower + 1], place - Double(lower))
    }
  }

  /// The colour at `fraction`, the nearer end outside 0…1.
  ///
  /// The table is entered as matplotlib does: entry floor(256 x), the last one at 1.
  public func color(at fraction: Double) -> Color {
    table[fraction > 0 ? Int(min(255, fraction * 256)) : 0]
  }

  /// The colour `share` of the way from `first` to `second`, channel by channel.
  static func mix(_ first: Color, _ second: Color, _ share: Double) -> Color {
    func channel(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + share * (Double(b) - Double(a))).rounded())
    }
    return Color(
      red: channel(first.red, second.red), green: channel(first.green, second.green),
      blue: channel(first.blue, second.blue))
  }
}

extension ColorMap {
  /// Purple over green to yellow, even to the eye and safe for the colour-blind (van der Walt and
  /// Smith, CC0); every fifth of its 256 colours, interpolated to within 1/255.
  public static let viridis = ColorMap(
    name: "viridis",
    controls: [
      0x440154, 0x46085C, 0x471063, 0x481769, 0x481D6F, 0x482475, 0x472A7A, 0x46307E,
      0x453781, 0x433D84, 0x414287, 0x3F4889, 0x3D4E8A, 0x3A538B, 0x38598C, 0x355E8D,
      0x33638D, 0x31688E, 0x2E6D8E, 0x2C718E, 0x2A768E, 0x297B8E, 0x27808E, 0x25848E,
      0x23898E, 0x218E8D, 0x20928C, 0x1F978B, 0x1E9C89, 0x1FA188, 0x21A585, 0x24AA83,
      0x28AE80, 0x2EB37C, 0x35B779, 0x3DBC74, 0x46C06F, 0x50C46A, 0x5AC864, 0x65CB5E,
      0x70CF57, 0x7CD250, 0x89D548, 0x95D840, 0xA2DA37, 0xB0DD2F, 0xBDDF26, 0xCAE11F,
      0xD8E219, 0xE5E419, 0xF1E51D, 0xFDE725,
    ])

  /// Pale yellow over orange to dark red (ColorBrewer's nine colours, Apache 2.0).
  public static let yellowOrangeRed = ColorMap(
    name: "YlOrRd",
    controls: [
      0xFFFFCC, 0xFFEDA0, 0xFED976, 0xFEB24C, 0xFD8D3C, 0xFC4E2A, 0xE31A1C, 0xBD0026, 0x800026,
    ])

  /// White to dark red (ColorBrewer's nine colours, Apache 2.0).
  public static let reds = ColorMap(
    name: "Reds",
    controls: [
      0xFFF5F0, 0xFEE0D2, 0xFCBBA1, 0xFC9272, 0xFB6A4A, 0xEF3B2C, 0xCB181D, 0xA50F15, 0x67000D,
    ])
}

/// A colour map and the values at its two ends.
public struct ColorScale: Hashable, Sendable {
  /// The colours.
  public let map: ColorMap
  /// From the value of the first colour to that of the last.
  public let scale: Scale
  /// The colour of a value that has no place on ``scale``.
  public let missing: Color

  /// A colour scale.
  public init(_ map: ColorMap, _ scale: Scale, missing: Color = .absent) {
    self.map = map
    self.scale = scale
    self.missing = missing
  }

  /// Colours for finite values from the smallest to the largest of `values`; nil where there is none.
  public init?(_ map: ColorMap, spanning values: some Sequence<Float>) {
    let finite = values.filter { $0.isFinite }
    guard let low = finite.min().map(Double.init), let high = finite.max().map(Double.init) else {
      return nil
    }
    // One value alone gets the map's middle.
    let margin = low == high ? max(low.magnitude, 1) : 0
    self.init(map, Scale(.linear, from: low - margin, to: high + margin))
  }

  /// The colour of `value`; the nearer end's outside the scale.
  public func color(of value: Double) -> Color {
    scale.position(of: value).map { map.color(at: $0) } ?? missing
  }
}
