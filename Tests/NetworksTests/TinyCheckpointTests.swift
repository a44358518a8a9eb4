import DNNLKernels
import Kernels
import Layers
import Networks
import Tensors
import Testing

/// The networks against PyTorch on the committed checkpoints: runs on every machine.
struct TinyCheckpointTests {
  private func check(_ found: FeatureMap, _ vectors: Vectors, _ name: String) throws {
    let distance = distance(found, try vectors.map(name))
    #expect(distance <= vectors.tolerance(name), "\(name): \(distance)")
  }

  /// The outputs of `layers` under their names with `prefix`.
  private func check<K: Kernels>(
    _ unet: UNet<K>, latents: FeatureMap, timestep: Float, text: FeatureMap, layers: [Layer],
    _ vectors: Vectors, prefix: String = ""
  ) throws {
    var seen: [Layer] = []
    try unet.run(
      latents: latents, timestep: timestep, text: try unet.condition(text: text), layers: layers
    ) { layer, map throws in
      seen.append(layer)
      try check(map, vectors, prefix + layer.name)
    }
    #expect(seen == unet.configuration.layers.filter { layers.contains($0) })
    #expect(seen.count == layers.count)
  }

  @Test(arguments: TinyCheckpoint.all) func `all 55 layers`(_ test: TinyCheckpoint) throws {
    let vectors = try test.vectors()
    let text = try vectors.tokens("text_empty")
    let latents = try vectors.map("unet_input")
    let portable = try UNet(
      test.unet, weights: try test.source("unet"), kernels: PortableKernels())
    try check(
      portable, latents: latents, timestep: 50, text: text, layers: Layer.all, vectors)
    let fast = try UNet(test.unet, weights: try test.source("unet"), kernels: DNNLKernels())
    try check(fast, latents: latents, timestep: 50, text: text, layers: Layer.all, vectors)
    let time = portable.timeEmbedding(timestep: 50)
    #expect(distance(time.projection, try vectors.tokens("time_proj")) <= 1e-6)
    #expect(distance(time.embedding, try vectors.tokens("time_embedding")) <= 1e-5)
  }

  @Test(arguments: TinyCheckpoint.all)
  func `a prompt, odd sizes, and weights as stored`(_ test: TinyCheckpoint) throws {
    let vectors = try test.vectors()
    let empty = try vectors.tokens("text_empty")
    let unet = try UNet(test.unet, weights: try test.source("unet"), kernels: PortableKernels())
    try check(
      unet, latents: try vectors.map("unet_input"), timestep: 50,
      text: try vectors.tokens("text_prompt"),
      layers: [Layer(.mid), Layer(.up(1), .upsampler), Layer(.convOut)], vectors, prefix: "prompt/")
    try check(
      unet, latents: try vectors.map("odd/unet_input"), timestep: 200, text: empty,
      layers: Layer.blockOutputs, vectors, prefix: "odd/")
    guard vectors.file.contains("stored/conv_out") else { return }
    let stored = try UNet(
      test.unet, weights: try test.source("unet", published: false), kernels: PortableKernels())
    try check(
      stored, latents: try vectors.map("unet_input"), timestep: 50, text: empty,
      layers: Layer.blockOutputs, vectors, prefix: "stored/")
  }

  @Test(arguments: TinyCheckpoint.all)
  func `circular padding of every convolution`(_ test: TinyCheckpoint) throws {
    let vectors = try test.vectors()
    var configuration = test.unet
    configuration.paddingMode = .circular
    let unet = try UNet(
      configuration, weights: try test.source("unet"), kernels: PortableKernels())
    try check(
      unet, latents: try vectors.map("unet_input"), timestep: 50,
      text: try vectors.tokens("text_empty"), layers: Layer.blockOutputs, vectors,
      prefix: "circular/")
  }

  @Test(arguments: TinyCheckpoint.all) func `text states`(_ test: TinyCheckpoint) throws {
    let vectors = try test.vectors()
    let encoder = try TextEncoder(
      test.textEncoder, weights: try test.source("text_encoder"), kernels: PortableKernels())
    for prompt in ["empty", "prompt"] {
      let found = try encoder.encode(ids: try vectors.values("ids_\(prompt)").map { Int($0) })
      let expected = try vectors.tokens("text_\(prompt)")
      #expect(distance(found, expected) <= vectors.tolerance("text_\(prompt)"), "\(prompt)")
    }
  }

  @Test(arguments: TinyCheckpoint.all, [("", 50), ("odd/", 200)])
  func `image to the U-Net's input`(_ test: TinyCheckpoint, _ run: (String, Int)) throws {
    let (prefix, timestep) = run
    let vectors = try test.vectors()
    let encoder = try AutoencoderEncoder(
      test.autoencoder, weights: try test.source("vae"), kernels: PortableKernels())
    let distribution = try encoder.encode(image: try vectors.image("\(prefix)image"))
    try check(distribution.mean, vectors, "\(prefix)vae.mean")
    try check(distribution.logVariance, vectors, "\(prefix)vae.logvar")

    var generator = TorchGenerator(seed: 42)
    let count = distribution.mean.count
    let sampleNoise = generator.normals(count: count)
    #expect(sampleNoise == (try vectors.values("\(prefix)vae.sample_noise")))
    var latents = distribution.sample(noise: sampleNoise)
    latents.withMutableValues { values in
      for index in values.indices { values[index] *= test.autoencoder.scalingFactor }
    }
    try check(latents, vectors, "\(prefix)latents")
    let noise = FeatureMap(
      height: latents.height, width: latents.width, channels: latents.channels,
      values: generator.scalarNormals(count: count))
    #expect(noise.values == (try vectors.map("\(prefix)noise")).values)
    let noised = test.schedule.addNoise(noise, to: latents, timestep: timestep)
    try check(noised, vectors, "\(prefix)noised_latents")
    let input = test.schedule.scaleModelInput(noised, timestep: timestep)
    try check(input, vectors, "\(prefix)unet_input")
  }

  @Test(arguments: TinyCheckpoint.all)
  func `latents back to an image`(_ test: TinyCheckpoint) throws {
    let vectors = try test.vectors()
    let decoder = try AutoencoderDecoder(
      test.autoencoder, weights: try test.source("vae"), kernels: PortableKernels())
    var latents = try vectors.map("unet_input")
    latents.withMutableValues { values in
      for index in values.indices { values[index] /= test.autoencoder.scalingFactor }
    }
    try check(try decoder.decode(latents: latents), vectors, "decoded")
  }
}
