import Experiments
import Images
import Kernels
import Layers
import Networks

/// Representations from a formula: random, with some of the image, the timestep and the token's
/// place in them.
final class PatternSource: RepresentationSource {
  /// Image passes so far.
  private(set) var passes = 0
  /// Pass after which the source fails, as if the run had been stopped there.
  var failsAfter = Int.max
  /// Channels of each layer.
  static let channels = 12
  /// A layer with far more channels than the others.
  var wide: (layer: Layer, channels: Int)?

  struct Stopped: Error {}

  func inputs(of batch: [RGBImage], timestep: Int) throws(ExperimentError) -> [InputLatents] {
    batch.map { image in
      let side = image.width / 8
      let values = RandomValues.normals(side * side * 4, seed: UInt64(image.pixels[0]))
      let map = FeatureMap(height: side, width: side, channels: 4, values: values)
      return InputLatents(latents: map, noised: map)
    }
  }

  func decoded(
    _ batch: [RGBImage], timesteps: [Int]
  ) throws(ExperimentError) -> [RGBImage]? { timesteps.map { _ in batch[0] } }

  func representations(
    of batch: [RGBImage], layers: [Layer], timestep: Int,
    body: (Int, Layer, FeatureMap) throws(ExperimentError) -> Void
  ) throws(ExperimentError) {
    for (index, image) in batch.enumerated() {
      if passes == failsAfter { throw ExperimentError("stopped") }
      passes += 1
      let grid = LayerGrid(width: image.width, height: image.height)
      for layer in layers {
        let size = grid.size(of: layer)
        let place = Layer.all.firstIndex(of: layer) ?? 0
        let channels = layer == wide?.layer ? wide?.channels ?? 0 : Self.channels
        var seed = UInt64(place * 1009 + timestep * 31 + batch.count * 7 + image.width)
        for pixel in image.pixels.prefix(64) { seed = seed &* 31 &+ UInt64(pixel) }
        var values = RandomValues.normals(
          size.height * size.width * channels, seed: seed & 0xffff_ffff)
        for token in 0..<size.height * size.width {
          values[token * channels] += Float(token / size.width)
          values[token * channels + 1] += Float(token % size.width)
        }
        try body(
          index, layer,
          FeatureMap(
            height: size.height, width: size.width, channels: channels, values: values))
      }
    }
  }
}

/// Folders of small random pictures.
enum TestImages {
  /// Writes `count` PNG files of `side` pixels to `folder`.
  static func write(_ count: Int, side: Int, to folder: String) throws {
    for index in 0..<count { try write(index, width: side, height: side, to: folder) }
  }

  static func write(_ index: Int, width: Int, height: Int, to folder: String) throws {
    var generator = TorchGenerator(seed: UInt64(index))
    let pixels = (0..<width * height * 3).map { _ in UInt8(generator.next32() & 0xff) }
    let name = index < 10 ? "0\(index).png" : "\(index).png"
    try PNGFile.write(
      RGBImage(width: width, height: height, pixels: pixels), to: "\(folder)/\(name)")
  }
}
