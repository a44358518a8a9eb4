import DNNLKernels
import Foundation
import Images
import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing

/// The networks against the original Python's tensors, computed on tiny checkpoints of the full
/// topology; how far PyTorch's fp32 is from its fp64 sets the tolerance.
@Suite(.enabled(if: SharedMaterial.hasReference, "needs shared/reference beside the checkout"))
struct ReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let size: Int
    var testDescription: String { "\(model) \(size)" }

    static let all = [
      Case(model: "tiny-sd15", size: 256), Case(model: "tiny-sd15", size: 512),
      Case(model: "tiny-sd21", size: 256),
    ]

    func source(_ component: String, _ file: String) throws -> CheckpointSource {
      try CheckpointSource(
        "\(SharedMaterial.reference)/checkpoints/\(model)/\(component)/\(file).safetensors")
    }

    func vectors() throws -> Vectors {
      let folder = "\(SharedMaterial.reference)/vectors"
      var vectors = try Vectors("\(folder)/vectors_\(model)_\(size).safetensors")
      let json = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/fp32_vs_fp64_\(model).json")))
      let sizes = json as? [String: [String: [String: Any]]]
      for (name, figures) in sizes?["\(size)"] ?? [:] {
        vectors.ownDistance[name] = figures["rel_l2_err_fp32"] as? Double
      }
      return vectors
    }

    var unet: UNetConfiguration {
      var configuration = model == "tiny-sd15" ? UNetConfiguration.sd15 : .sd21
      configuration.blockChannels = [32, 64, 128, 128]
      configuration.heads = model == "tiny-sd15" ? [8, 8, 8, 8] : [2, 4, 8, 8]
      configuration.crossAttentionWidth = model == "tiny-sd15" ? 32 : 48
      configuration.typicalLatentSize = size / 8
      return configuration
    }

    var autoencoder: AutoencoderConfiguration {
      var configuration = AutoencoderConfiguration()
      configuration.blockChannels = [32, 32, 64, 64]
      return configuration
    }

    var textEncoder: TextEncoderConfiguration {
      var configuration = TextEncoderConfiguration()
      let isSD15 = model == "tiny-sd15"
      configuration.hiddenSize = isSD15 ? 32 : 48
      configuration.intermediateSize = isSD15 ? 64 : 96
      configuration.layers = isSD15 ? 2 : 3
      configuration.heads = 4
      configuration.activation = isSD15 ? .quickGELU : .gelu
      return configuration
    }
  }

  /// Whose kernels compute.
  enum Backend: Sendable, CaseIterable {
    case portable
    case oneDNN
  }

  @Test(arguments: Case.all, Backend.allCases)
  func `every layer of the U-Net is PyTorch's`(_ test: Case, _ backend: Backend) throws {
    switch backend {
    case .portable: try checkLayers(test, PortableKernels())
    case .oneDNN: try checkLayers(test, DNNLKernels())
    }
  }

  private func checkLayers(_ test: Case, _ kernels: some Kernels) throws {
    let vectors = try test.vectors()
    let unet = try UNet(
      test.unet, weights: try test.source("unet", "diffusion_pytorch_model"),
      kernels: kernels)
    let text = try unet.condition(text: try vectors.tokens("text_empty"))
    var seen = 0
    for (name, map) in [
      ("time_proj", unet.timeEmbedding(timestep: 50).projection),
      ("time_embedding", unet.timeEmbedding(timestep: 50).embedding),
    ] {
      #expect(distance(map, try vectors.tokens(name)) <= vectors.tolerance(name), "\(name)")
    }
    try unet.run(
      latents: try vectors.map("unet_input"), timestep: 50, text: text,
      layers: test.unet.layers
    ) { layer, map throws in
      guard vectors.file.contains(layer.name) else { return }
      seen += 1
      let found = distance(map, try vectors.map(layer.name))
      if ProcessInfo.processInfo.environment["PARITY"] != nil {
        print(test.testDescription, layer.name, found, vectors.tolerance(layer.name))
      }
      #expect(found <= vectors.tolerance(layer.name), "\(layer.name)")
    }
    #expect(seen >= 45)
  }

  @Test(arguments: Case.all, Backend.allCases)
  func `a prompt reaches the layers`(_ test: Case, _ backend: Backend) throws {
    switch backend {
    case .portable: try checkPrompt(test, PortableKernels())
    case .oneDNN: try checkPrompt(test, DNNLKernels())
    }
  }

  private func checkPrompt(_ test: Case, _ kernels: some Kernels) throws {
    let vectors = try test.vectors()
    let unet = try UNet(
      test.unet, weights: try test.source("unet", "diffusion_pytorch_model"),
      kernels: kernels)
    let text = try unet.condition(text: try vectors.tokens("text_prompt"))
    let names = vectors.file.names.filter { $0.hasPrefix("prompt/") }
    let layers = names.compactMap { Layer(name: String($0.dropFirst("prompt/".count))) }
    #expect(layers.count == 3)
    try unet.run(
      latents: try vectors.map("unet_input"), timestep: 50, text: text, layers: layers
    ) { layer, map throws in
      let name = "prompt/\(layer.name)"
      #expect(distance(map, try vectors.map(name)) <= vectors.tolerance(layer.name), "\(name)")
    }
  }

  @Test(arguments: Case.all, Backend.allCases)
  func `the text encoder's states are transformers'`(_ test: Case, _ backend: Backend) throws {
    switch backend {
    case .portable: try checkText(test, PortableKernels())
    case .oneDNN: try checkText(test, DNNLKernels())
    }
  }

  private func checkText(_ test: Case, _ kernels: some Kernels) throws {
    let vectors = try test.vectors()
    let encoder = try TextEncoder(
      test.textEncoder, weights: try test.source("text_encoder", "model"),
      kernels: kernels)
    for prompt in ["empty", "prompt"] {
      let ids = try vectors.values("ids_\(prompt)").map { Int($0) }
      let found = try encoder.encode(ids: ids)
      let name = "text_\(prompt)"
      #expect(distance(found, try vectors.tokens(name)) <= vectors.tolerance(name), "\(name)")
    }
  }

  @Test(arguments: Case.all)
  func `sample, noise and input are diffusers'`(_ test: Case) throws {
    let vectors = try test.vectors()
    var generator = TorchGenerator(seed: 42)
    let mean = try vectors.map("vae.mean")
    #expect(
      generator.normals(count: mean.count) == (try vectors.values("vae.sample_noise")))
    let noise = FeatureMap(
      height: mean.height, width: mean.width, channels: mean.channels,
      values: generator.scalarNormals(count: mean.count))
    #expect(noise.values == (try vectors.map("noise")).values)
    let noised = NoiseSchedule().addNoise(
      noise, to: try vectors.map("latents"), timestep: 50)
    #expect(distance(noised, try vectors.map("noised_latents")) <= 1e-6)
  }

  @Test(arguments: Case.all, Backend.allCases)
  func `the image encoder's moments are diffusers'`(_ test: Case, _ backend: Backend) throws {
    switch backend {
    case .portable: try checkMoments(test, PortableKernels())
    case .oneDNN: try checkMoments(test, DNNLKernels())
    }
  }

  private func checkMoments(_ test: Case, _ kernels: some Kernels) throws {
    let vectors = try test.vectors()
    let picture = try ImageFile.load(
      "\(SharedMaterial.reference)/\(test.size == 256 ? "image00_256.png" : "images/00.png")")
    let image = FeatureMap(
      height: picture.height, width: picture.width, channels: 3,
      values: picture.pixels.map { Float($0) / 255 })
    let encoder = try AutoencoderEncoder(
      test.autoencoder, weights: try test.source("vae", "diffusion_pytorch_model"),
      kernels: kernels)
    let moments = try encoder.encode(image: image)
    var latents = moments.sample(noise: try vectors.values("vae.sample_noise"))
    latents.withMutableValues { values in
      for index in values.indices { values[index] *= test.autoencoder.scalingFactor }
    }
    for (name, map) in [
      ("vae.mean", moments.mean), ("vae.logvar", moments.logVariance), ("latents", latents),
    ] {
      let found = distance(map, try vectors.map(name))
      #expect(found <= vectors.tolerance(name), "\(name): \(found)")
    }
  }
}
