import Files
import Foundation
import Kernels
import Layers
import StableDiffusion
import Tensors
import TestSupport
import Testing

/// From pixels to layers against PyTorch on the committed checkpoints: old VAE names, fp16, shards,
/// bf16, Euler, odd sizes, circular padding, weights as stored.
///
/// Tolerance: max(1e-5, 3 times PyTorch's own distance between fp32 and fp64).
@Suite(.serialized)
struct TinyParityTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let backend: Backend
    var testDescription: String { "\(name), \(backend)" }
    static let all = Backend.allCases.flatMap { backend in
      ["sd1", "sd2"].map { Case(name: $0, backend: backend) }
    }
  }

  /// Runs the image of `prefix` and compares every layer that the vectors have.
  private func compare(
    _ test: Case, prefix: String, folder: String? = nil,
    change: (inout ExtractionSettings) -> Void = { _ in }
  ) throws {
    let tiny = TinyCheckpoint(name: test.name)
    let (vectors, own) = (try tiny.vectors(), try tiny.ownDistances())
    var settings = ExtractionSettings()
    settings.backend = test.backend
    change(&settings)
    let extractor = try RepresentationExtractor(
      Checkpoint(folder: folder ?? tiny.folder), settings: settings, imageSide: 64)
    let image = TinyCheckpoint.image(
      try vectors.array(named: prefix == "odd/" ? "odd/image" : "image"))
    let layers = extractor.layers.filter { vectors.contains(prefix + $0.name) }
    #expect(layers.count >= 3)
    let encoded = try extractor.encode([image])
    // The vectors of odd sizes are also those of another timestep.
    let timestep = prefix == "odd/" ? 200 : 50
    try extractor.run(encoded, index: 0, layers: layers, timestep: timestep) { layer, map in
      let expected = try vectors.array(named: prefix + layer.name)
      #expect(Array(expected.shape.dropFirst()) == [map.channels, map.height, map.width])
      let distance = relativeDistance(map.channelFirst(), expected.floats())
      let allowed = max(1e-5, 3 * (own[prefix + layer.name] ?? own[layer.name] ?? 0))
      #expect(distance <= allowed, "\(prefix)\(layer): \(distance) > \(allowed)")
    }
  }

  @Test(arguments: Case.all)
  func `all layers are PyTorch's`(_ test: Case) throws { try compare(test, prefix: "") }

  @Test(arguments: Case.all)
  func `sizes that 8 does not divide work as in diffusers`(_ test: Case) throws {
    try compare(test, prefix: "odd/")
  }

  @Test(arguments: Case.all)
  func `a prompt goes through the cut vocabulary`(_ test: Case) throws {
    let vectors = try TinyCheckpoint(name: test.name).vectors()
    let prompt = try #require(vectors.metadata["prompt"])
    try compare(test, prefix: "prompt/") { $0.prompt = prompt }
  }

  @Test(arguments: Case.all)
  func `circular padding is a setting of the U-Net's config`(_ test: Case) throws {
    let home = TemporaryFolder()
    let folder = home.file("circular")
    try TinyCheckpoint(name: test.name).copy(to: folder)
    try replace("{", with: "{\"padding_mode\": \"circular\", ", in: "\(folder)/unet/config.json")
    try compare(test, prefix: "circular/", folder: folder)
  }

  @Test(arguments: Case.all.filter { $0.name == "sd2" })
  func `weights as stored differ from rounded ones`(_ test: Case) throws {
    let home = TemporaryFolder()
    let folder = home.file("stored")
    try TinyCheckpoint(name: test.name).copy(to: folder)
    // The vectors have the U-Net's weights as stored, but a text from rounded ones.
    let path = "\(folder)/text_encoder/model.safetensors"
    let file = try SafeTensors(path)
    let rounded = try file.names.map { name in
      let array = try file.array(named: name)
      guard array.dtype == .float32 else { return (name, array) }
      let halves = array.floats().map { Half.float16($0) }
      return (
        name,
        NDArray(dtype: .float16, shape: array.shape, storage: ArrayStorage(copying: halves))
      )
    }
    try SafeTensors.write(rounded, to: path)
    try compare(test, prefix: "stored/", folder: folder) { $0.weights = .stored }
  }
}

/// Replaces the first `old` in the text file at `path`.
func replace(_ old: String, with new: String, in path: String) throws {
  let text = try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
  let range = try #require(text.firstRange(of: old))
  try AtomicFile.write(text.replacingCharacters(in: range, with: new).utf8, to: path)
}
