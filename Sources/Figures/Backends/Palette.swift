/// The colours of a picture that has at most 256, and each pixel as a place among them.
struct Palette {
  /// Three bytes a colour, in the order of first appearance.
  private(set) var colors: [UInt8] = []
  /// One byte a pixel.
  private(set) var indices: [UInt8] = []

  /// The palette of `raster`; nil where it has more than 256 colours.
  init?(_ raster: Raster) {
    var places: [UInt32: UInt8] = [:]
    indices.reserveCapacity(raster.width * raster.height)
    for at in stride(from: 0, to: raster.pixels.count, by: 3) {
      let (red, green, blue) = (raster.pixels[at], raster.pixels[at + 1], raster.pixels[at + 2])
      let color = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
      if let known = places[color] {
        indices.append(known)
        continue
      }
      guard places.count < 256 else { return nil }
      let place = UInt8(places.count)
      places[color] = place
      colors += [red, green, blue]
      indices.append(place)
    }
  }
}
