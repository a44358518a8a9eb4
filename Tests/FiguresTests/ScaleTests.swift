import Figures
import Foundation
import Testing

@Suite struct ScaleTests {
  @Test func positionsRunFromStartToEnd() {
    let log = Scale(.log2, from: 0.5, to: 8)
    #expect(log.position(of: 0.5) == 0)
    #expect(log.position(of: 2) == 0.5)
    #expect(log.position(of: 8) == 1)
    #expect(Scale(.linear, from: 10, to: 0).position(of: 7.5) == 0.25)
    #expect(Scale(.linear, from: -1e308, to: 1e308).position(of: 0) == 0.5)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatIsNotFiniteHasNoPlace(value: Double) {
    #expect(Scale(.linear, from: 0, to: 1).position(of: value) == nil)
    #expect(Scale(.log10, from: 1, to: 10).position(of: value) == nil)
  }

  @Test(arguments: [0, -1, -0.0])
  func logarithmsTakePositiveNumbersOnly(value: Double) {
    #expect(Scale(.log2, from: 1, to: 2).position(of: value) == nil)
  }

  @Test(
    arguments: [
      ([1e300, -1e300], 12), ([.infinity, .nan], 12), ([1e-300], 12), ([], 12), ([101, -6], 12),
    ] as [([Double], Int)])
  func growthKeepsTicksFewAndLimitsFinite(values: [Double], most: Int) {
    for rule in [TickRule.multiples(of: 50), .powersOfTwo] {
      let (scale, ticks) = rule.axis(from: 0.5, to: 105, holding: values)
      #expect(scale.start.isFinite && scale.end.isFinite)
      #expect((1...most).contains(ticks.count))
      for value in values where scale.canShow(value) && value.magnitude < 1e299 {
        let place = scale.position(of: value) ?? .nan
        #expect((-1e-9...1 + 1e-9).contains(place))
      }
    }
  }

  /// matplotlib 3.10: to_hex(colormaps[name](x)).
  @Test(arguments: [
    ("viridis", 0.0, "#440154"), ("viridis", 0.3, "#355f8d"), ("viridis", 0.5, "#21918c"),
    ("viridis", 0.77, "#69cd5b"), ("viridis", 1.0, "#fde725"), ("YlOrRd", 0.0, "#ffffcc"),
    ("YlOrRd", 0.4, "#feab49"), ("YlOrRd", 1.0, "#800026"), ("Reds", 0.25, "#fcbba1"),
  ])
  func colourMapsFollowMatplotlib(name: String, place: Double, hex: String) {
    let maps = [ColorMap.viridis, .yellowOrangeRed, .reds]
    let map = maps.first { $0.name == name }
    #expect(close(map?.color(at: place).hex ?? "", hex))
  }

  /// Each channel within 2 of 255: control colours are rounded, and so are ColorBrewer's hexes.
  private func close(_ first: String, _ second: String) -> Bool {
    func channels(_ hex: String) -> [Int] {
      let number = Int(hex.dropFirst(), radix: 16) ?? -1
      return [number >> 16, number >> 8 & 255, number & 255]
    }
    return zip(channels(first), channels(second)).allSatisfy { abs($0 - $1) <= 2 }
  }

  @Test func colourScalesShowTheEndsAndWhatIsMissing() {
    let scale = ColorScale(.viridis, Scale(.linear, from: 0, to: 10), missing: Color(0x123456))
    #expect(scale.color(of: -5) == scale.color(of: 0))
    #expect(scale.color(of: 99) == scale.color(of: 10))
    #expect(scale.color(of: .nan) == Color(0x123456))
    #expect(ColorScale(.viridis, spanning: [Float.nan]) == nil)
    #expect(ColorScale(.viridis, spanning: [3, 3] as [Float])?.scale.position(of: 3) == 0.5)
  }
}
