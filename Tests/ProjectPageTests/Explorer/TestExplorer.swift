import Files
import Foundation
import Images
import Kernels
import Layers
import ProjectPage
import Similarity
import StableDiffusion
import Tensors
import TestSupport

/// A page whose explorer runs two tiny models on four pictures of 256 x 256 pixels.
///
/// Their U-Nets' weights come from a seed, their autoencoder from the committed fixtures, so that a
/// test waits for a fraction of a second where the built-in models take longer.
final class TestExplorer {
  /// The side of the pictures and of what enters the models.
  static let side = 256
  let site: TestSite
  var models: String { "\(site.data)/models" }
  var images: String { "\(site.data)/images" }
  var representations: String { site.folder.file("representations") }
  /// What the page is made from.
  var sources: ExplorerSources { ExplorerSources(models: models, images: images) }

  init() throws {
    site = try TestSite(models: ["sd15"])
    try addModel("mini", seed: 7)
    try addModel("mini-circular", seed: 7, padding: "circular")
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      try Folder.create(images)
      try PNGFile.write(Self.picture(index), to: "\(images)/\(name).png")
    }
  }

  /// Smooth colours with a bright square, elsewhere in every picture.
  static func picture(_ index: Int, width: Int = side, height: Int = side) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let isBright = abs(x - 60 - 40 * index) < 24 && abs(y - 180 + 30 * index) < 24
        let wave = sin(Double(x * (index + 1)) / 23) * cos(Double(y) / (17 + Double(index)))
        pixels.append(isBright ? 250 : UInt8(x * 255 / width))
        pixels.append(isBright ? 240 : UInt8(127 + 120 * wave))
        pixels.append(isBright ? 200 : UInt8(y * 255 / height))
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// A diffusers folder in `models`: the fixtures' autoencoder and a U-Net drawn from `seed`.
  ///
  /// With `frequencyShift` 4, half of its channels, a division by zero traps in Swift.
  func addModel(
    _ name: String, seed: Int, padding: String? = nil, frequencyShift: Int = 0
  ) throws {
    let tiny = "\(SharedMaterial.fixtures)/tiny/sd1"
    let folder = "\(models)/\(name)"
    try Folder.create("\(folder)/unet")
    for part in ["vae", "scheduler"] {
      try FileManager.default.copyItem(atPath: "\(tiny)/\(part)", toPath: "\(folder)/\(part)")
    }
    let text = try String(contentsOfFile: "\(tiny)/unet/config.json", encoding: .utf8)
    let extra = padding.map { ", \"padding_mode\": \"\($0)\"" } ?? ""
    try text.replacing("\"sample_size\": 8", with: "\"sample_size\": \(Self.side / 8)")
      .replacing(
        "\"upcast_attention\": false",
        with: "\"upcast_attention\": false, \"init_seed\": \(seed)\(extra)"
      )
      .replacing("\"freq_shift\": 0", with: "\"freq_shift\": \(frequencyShift)")
      .write(toFile: "\(folder)/unet/config.json", atomically: true, encoding: .utf8)
    let prompt = (0..<64).map { sin(Float($0)) }
    try SafeTensors.write(
      [("empty_prompt", NDArray(float16: prompt, shape: [1, 8, 8]))],
      to: "\(folder)/empty_prompt.safetensors")
  }

  /// Builds the page and writes it to a folder.
  func write(_ sources: ExplorerSources? = nil, to name: String = "site") throws -> String {
    var builder = site.builder
    builder.explorer = sources ?? self.sources
    let output = site.folder.file(name)
    _ = try SiteWriter(output: output).write(try builder.build())
    return output
  }

  /// A model's tokens of a block for some of the pictures, computed natively.
  func tokens(
    _ model: String, block: String, images names: [String], timestep: Int = 50
  ) throws -> [Tokens] {
    let extractor = try extractor(model)
    let layers = try extractor.layers(named: [block])
    return try names.map { name in
      var found: [Tokens] = []
      let picture = try ImageFile.load("\(images)/\(name).png")
      try extractor.extract(batch: [picture], layers: layers, timestep: timestep) { _, _, map in
        found.append(Tokens(map))
      }
      return found[0]
    }
  }

  /// What `unetlens extract --format explorer` writes for a model called `large`.
  func writeRepresentations(blocks: [String] = ["mid_block", "up_blocks[1]"]) throws {
    try addModel("large", seed: 11)
    let extractor = try extractor("large")
    let list = try ImageList(["\(images)/a.png", "\(images)/b.png"])
    let record = try ExtractionRecord(
      extractor.checkpoint, images: list, options: [], version: "test")
    try ExplorerExport(
      extractor, images: list, layers: try extractor.layers(named: blocks), timesteps: [20, 50],
      side: Self.side
    ).write(to: representations, record: record, progress: SilentProgress())
  }

  private func extractor(_ model: String) throws -> RepresentationExtractor {
    var settings = ExtractionSettings()
    settings.backend = .portable
    return try RepresentationExtractor(
      Checkpoint(folder: "\(models)/\(model)"), settings: settings, imageSide: Self.side)
  }
}
