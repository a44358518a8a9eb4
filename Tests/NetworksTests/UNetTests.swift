import Kernels
import Layers
import Networks
import Testing

/// What a network does with configurations, weights and inputs that do not fit.
struct UNetTests {
  private let test = TinyCheckpoint.all[0]

  @Test func `SD's layers are METHOD's 55 in forward order`() {
    let layers = UNetConfiguration.sd15.layers
    #expect(layers.count == 55)
    #expect(layers.allSatisfy { Layer.all.contains($0) })
    #expect(layers.filter { Layer.experiments.contains($0) } == Layer.experiments)
    #expect(layers.filter { Layer.blockOutputs.contains($0) } == Layer.blockOutputs)
  }

  @Test func `the pass stops after the last wanted layer, in forward order`() throws {
    let vectors = try test.vectors()
    let unet = try UNet(test.unet, weights: try test.source("unet"), kernels: PortableKernels())
    let text = try unet.condition(text: try vectors.tokens("text_empty"))
    var seen: [Layer] = []
    unet.run(
      latents: try vectors.map("unet_input"), timestep: 50, text: text,
      layers: [Layer(.down(0)), Layer(.convIn), Layer(.up(9))]
    ) { layer, _ in seen.append(layer) }
    #expect(seen == [Layer(.convIn), Layer(.down(0))])
  }

  @Test func `what the body throws ends the pass`() throws {
    struct Stop: Error {}
    let vectors = try test.vectors()
    let unet = try UNet(test.unet, weights: try test.source("unet"), kernels: PortableKernels())
    let text = try unet.condition(text: try vectors.tokens("text_empty"))
    #expect(throws: Stop.self) {
      try unet.run(
        latents: try vectors.map("unet_input"), timestep: 50, text: text, layers: Layer.all
      ) { _, _ throws(Stop) in throw Stop() }
    }
  }

  @Test func `a missing tensor and a wrong shape are named`() throws {
    var configuration = test.unet
    configuration.crossAttentionWidth = 9
    let key: WeightKey = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    #expect(throws: NetworkError.shape(key, expected: [8, 9], found: [8, 8])) {
      try UNet(configuration, weights: try test.source("unet"), kernels: PortableKernels())
    }
    configuration = test.unet
    configuration.layersPerBlock[3] = 3
    #expect(throws: NetworkError.missing("down_blocks.3.resnets.2.norm1.weight")) {
      try UNet(configuration, weights: try test.source("unet"), kernels: PortableKernels())
    }
    #expect(
      "\(NetworkError.shape(key, expected: [8, 9], found: [8, 8]))"
        == "The tensor down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight "
        + "should have shape [8, 9], but has [8, 8].")
  }

  @Test(
    arguments: [
      \UNetConfiguration.blockChannels, \.heads, \.layersPerBlock, \.transformerLayers,
    ] as [any WritableKeyPath<UNetConfiguration, [Int]> & Sendable])
  func `impossible configurations are refused before any weight is read`(
    _ list: any WritableKeyPath<UNetConfiguration, [Int]> & Sendable
  ) throws {
    for value in [[], [8], [8, 8, 16, 0], [8, 8, 16, -8], [8, 8, 16, .max], [7, 7, 7, 7]] {
      var configuration = test.unet
      configuration[keyPath: list] = value
      #expect(throws: NetworkError.self) {
        try UNet(configuration, weights: NoWeights(), kernels: PortableKernels())
      }
    }
  }

  @Test func `inputs that do not fit are refused`() throws {
    let unet = try UNet(test.unet, weights: try test.source("unet"), kernels: PortableKernels())
    #expect(throws: NetworkError.self) {
      try unet.condition(text: FeatureMap(tokens: 1, channels: 1, values: [0]))
    }
    let encoder = try AutoencoderEncoder(
      test.autoencoder, weights: try test.source("vae"), kernels: PortableKernels())
    #expect(throws: NetworkError.self) {
      try encoder.encode(
        image: FeatureMap(
          height: 7, width: 64, channels: 3, values: [Float](repeating: 0, count: 7 * 64 * 3)))
    }
    let text = try TextEncoder(
      test.textEncoder, weights: try test.source("text_encoder"), kernels: PortableKernels())
    for ids in [[], [588], [-1], [Int](repeating: 0, count: 78)] {
      #expect(throws: NetworkError.self) { try text.encode(ids: ids) }
    }
  }
}

/// A source without any tensor.
struct NoWeights: WeightSource {
  func contains(_: WeightKey) -> Bool { false }
  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor { throw .missing(key) }
}
