import Files
import Foundation
import Images
import Kernels
import Layers
import StableDiffusion
import Tensors
import TestSupport
import Testing

/// Files of representations.
struct ExtractionRunTests {
  private let home = TemporaryFolder()

  private func extractor(prompt: String = "") throws -> RepresentationExtractor {
    var settings = ExtractionSettings()
    settings.backend = .portable
    settings.prompt = prompt
    return try RepresentationExtractor(
      Checkpoint(folder: TinyCheckpoint(name: "sd1").folder), settings: settings, imageSide: 64)
  }

  /// Pictures of noise, `sizes` in order of file name.
  private func images(_ sizes: [(Int, Int)], side: Int? = nil) throws -> ImageList {
    var bits: UInt32 = 1
    for (index, (width, height)) in sizes.enumerated() {
      let pixels = (0..<width * height * 3).map { _ in
        bits = bits &* 1_664_525 &+ 1_013_904_223
        return UInt8(bits >> 24)
      }
      let image = RGBImage(width: width, height: height, pixels: pixels)
      try PNGFile.write(image, to: home.file("in/\(index).png"))
    }
    return try ImageList([home.file("in")], side: side)
  }

  @Test func `a file holds every image's layers as they came out`() throws {
    let extractor = try extractor()
    let images = try images([(64, 64), (64, 64), (64, 64)])
    let layers = try extractor.layers(named: ["mid_block", "conv_in", "up_blocks[1]"])
    let path = home.file("out.safetensors")
    try ExtractionRun(extractor, images: images, layers: layers, timestep: 50, batchSize: 2)
      .write(to: path, progress: SilentProgress())
    let file = try SafeTensors(path)
    #expect(file.names == ["conv_in", "mid_block", "up_blocks[1]"])
    #expect(file.metadata.isEmpty)
    #expect(file.shape(of: "conv_in") == [3, 8, 8, 8])
    // The third image is a batch of its own, so its noise is another than in a batch of three.
    try extractor.extract(batch: [images.load(2)], layers: layers) { _, layer, map in
      let array = try file.array(named: layer.name).floats()
      #expect(Array(array.suffix(map.count)) == map.channelFirst())
    }
    try extractor.extract(batch: [images.load(0), images.load(1)], layers: layers) {
      index, layer, map in
      let array = try file.array(named: layer.name).floats()
      #expect(Array(array.dropFirst(index * map.count).prefix(map.count)) == map.channelFirst())
    }
  }

  @Test func `images of several sizes need one size`() throws {
    let extractor = try extractor()
    let layers = try extractor.layers(named: ["mid_block"])
    let path = home.file("out.safetensors")
    let sizes = [(64, 64), (72, 56)]
    let error = try #require(throws: ModelError.self) {
      try ExtractionRun(
        extractor, images: try images(sizes), layers: layers, timestep: 50, batchSize: 2
      ).write(to: path, progress: SilentProgress())
    }
    #expect(error.description.contains("--size"))
    #expect(try Folder.names(in: home.path) == ["in"])
    try ExtractionRun(
      extractor, images: try images(sizes, side: 64), layers: layers, timestep: 50, batchSize: 2
    ).write(to: path, progress: SilentProgress())
    #expect(try SafeTensors(path).shape(of: "mid_block") == [2, 16, 1, 1])
  }

  @Test func `what cannot be run is said`() throws {
    let extractor = try extractor()
    let small = RGBImage(width: 4, height: 4, pixels: Array(repeating: 0, count: 48))
    let large = RGBImage(width: 64, height: 64, pixels: Array(repeating: 0, count: 64 * 64 * 3))
    #expect(throws: ModelError.self) { try extractor.encode([small]) }
    #expect(throws: ModelError.self) { try extractor.encode([large, small]) }
    #expect(throws: ModelError.self) { try extractor.encode([]) }
    #expect(throws: ModelError.self) {
      try extractor.extract(batch: [large], layers: [], timestep: 1000) { _, _, _ in }
    }
    #expect(throws: ModelError.self) { try ImageList([home.file("nothing.png")]) }
    #expect(throws: ModelError.self) { try ImageList([home.path]) }
  }

  @Test func `the empty prompt's file replaces the text encoder`() throws {
    let folder = home.file("empty")
    try TinyCheckpoint(name: "sd1").copy(to: folder)
    let text = try extractor().engine.text
    try removeFile("\(folder)/text_encoder")
    try removeFile("\(folder)/tokenizer")
    let array = NDArray(text.values, shape: [1, text.tokens, text.channels])
    try SafeTensors.write([("text", array)], to: "\(folder)/empty_prompt.safetensors")
    let checkpoint = try Checkpoint(folder: folder)
    #expect(checkpoint.missing().isEmpty)
    let without = try RepresentationExtractor(checkpoint, imageSide: 64)
    #expect(without.engine.text.values == text.values)
    var settings = ExtractionSettings()
    settings.prompt = "a cat"
    let error = #expect(throws: ModelError.self) {
      try RepresentationExtractor(checkpoint, settings: settings)
    }
    #expect(error?.description.contains("no text encoder") == true)
  }

  @Test func `the explorer's folder holds float16 tokens, thumbnails and a manifest`() throws {
    let extractor = try extractor()
    let images = try images([(80, 64), (64, 64)])
    let layers = try extractor.layers(named: ["mid_block", "down_blocks[0]"])
    let record = try ExtractionRecord(
      extractor.checkpoint, images: images, options: [("prompt", "''")], version: "1")
    let folder = home.file("explorer")
    let export = ExplorerExport(
      extractor, images: images, layers: layers, timesteps: [50, 0], side: 64)
    try export.write(to: folder, record: record, progress: SilentProgress())
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/manifest.json"))
    let manifest = try JSONDecoder().decode(ExplorerManifest.self, from: data)
    let model = try #require(manifest.models.first)
    #expect(model.timesteps == [0, 50])
    #expect(model.blocks.map(\.file) == ["down_blocks_0", "mid_block"])
    #expect(manifest.images.map(\.id) == ["0", "1"])
    let block = model.blocks[0]
    let tokens = try MappedFile("\(folder)/sd1/1/t50/\(block.file).f16").withBytes { bytes in
      stride(from: 0, to: bytes.count, by: 2).map {
        Half.float(float16: bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self))
      }
    }
    try extractor.extract(batch: [images.load(1)], layers: [layers[0]]) { _, _, map in
      let rounded = map.values.map { Half.float(float16: Half.float16($0)) }
      #expect(tokens == rounded)
      #expect(block.channels == map.channels)
      #expect(block.height == map.height && block.width == map.width)
    }
    let thumbnail = try ImageFile.load("\(folder)/thumbnails/0.jpg")
    #expect(thumbnail.width == 384 && thumbnail.height == 384)
    try export.write(to: folder, record: record, progress: SilentProgress())
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/manifest.json")) == data)
  }
}
