public import Files
public import Images
public import Kernels
public import Layers
import Networks

/// Runs images through a checkpoint's U-Net and hands out the outputs inside it, as the original
/// does: autoencoder, shared noise, one pass.
///
/// ```swift
/// func printLargest(of images: [String], model: String) throws {
///   let checkpoint = try ModelFinder.standard().open(model)
///   let extractor = try RepresentationExtractor(checkpoint)
///   let layers = try extractor.layers(named: ["mid_block", "up_blocks[1]"])
///   let batch = try images.map { try ImageFile.load($0) }
///   try extractor.extract(batch: batch, layers: layers, timestep: 50) { index, layer, map in
///     let largest = map.values.max() ?? 0  // of [height * width, channels], token by token
///     print(images[index], layer, map.height, map.width, map.channels, largest)
///   }
/// }
/// ```
///
/// Method: docs/METHOD.md, "From image to representations". Use one extractor from one thread at a
/// time: the kernels have threads of their own.
public struct RepresentationExtractor {
  /// What it was made with.
  public let settings: ExtractionSettings
  /// The checkpoint it runs.
  public let checkpoint: Checkpoint
  /// Timesteps are from 0 to one less than this.
  public let timesteps: Int
  package let engine: any ExtractionEngine
  let schedule: NoiseSchedule
  let scalingFactor: Float

  /// Every layer of the U-Net in forward order.
  public var layers: [Layer] { engine.layers }

  /// Reads a checkpoint's networks and encodes the prompt.
  ///
  /// - Parameters:
  ///   - checkpoint: What to run; see ``ModelFinder/open(_:)``.
  ///   - settings: The published ones unless changed.
  ///   - imageSide: The side in pixels that most images will have: convolutions are prepared for it,
  ///     others only take longer.
  ///   - progress: Is warned where the published numbers cannot come from these files.
  /// - Throws: ``ModelError``: which file, what was expected, what was found.
  public init(
    _ checkpoint: Checkpoint, settings: ExtractionSettings = ExtractionSettings(),
    imageSide: Int = 512, progress: any ProgressSink = SilentProgress()
  ) throws(ModelError) {
    self.checkpoint = checkpoint
    self.settings = settings
    let scheduler = try SchedulerConfig(path: checkpoint.file("scheduler/scheduler_config.json"))
    schedule = scheduler.noise
    timesteps = scheduler.timesteps
    let autoencoder = try AutoencoderConfiguration(diffusers: checkpoint.file("vae/config.json"))
    scalingFactor = autoencoder.scalingFactor
    let loader = EngineLoader(
      checkpoint: checkpoint, settings: settings, imageSide: imageSide, progress: progress)
    engine = try loader.load()
  }

  /// Runs a batch of images of one size and hands out the outputs of `layers`.
  ///
  /// - Parameters:
  ///   - batch: The images that share their noise; the results depend on how many they are.
  ///   - layers: The wanted ones; the pass stops after the last of them.
  ///   - timestep: How much noise is added, 50 as published.
  ///   - body: Takes the image's place in the batch, the layer, and its output `[h * w, C]`, image by
  ///     image, layers in forward order.
  /// - Throws: ``ModelError`` for images of different or impossible sizes or an impossible timestep;
  ///   what `body` throws.
  public func extract(
    batch: [RGBImage], layers: [Layer], timestep: Int = 50,
    body: (Int, Layer, FeatureMap) throws -> Void
  ) throws {
    try requireTimestep(timestep)
    let encoded = try encode(batch)
    for index in batch.indices {
      try run(encoded, index: index, layers: layers, timestep: timestep) { layer, map in
        try body(index, layer, map)
      }
    }
  }

  /// The latents of a batch and its noise, for several runs at different timesteps.
  ///
  /// Seeds the generator, draws the autoencoder's samples of the whole batch, then the noise.
  ///
  /// - Throws: ``ModelError`` where the images are of different sizes or too small.
  public func encode(_ batch: [RGBImage]) throws(ModelError) -> EncodedBatch {
    guard let first = batch.first else { throw ModelError("expected at least one image") }
    for image in batch where image.width != first.width || image.height != first.height {
      throw ModelError(
        "expected images of one size in a batch, found \(first.width)x\(first.height) and "
          + "\(image.width)x\(image.height)")
    }
    var distributions: [LatentDistribution] = []
    for (index, image) in batch.enumerated() {
      let place = BatchPlace(index: index, count: batch.count)
      distributions.append(try engine.encode(image: pixels(of: image), place: place))
    }
    let draw = LatentDraw(
      distributions, scalingFactor: scalingFactor,
      seed: settings.seed ?? UInt64.random(in: 0..<1 << 32))
    return EncodedBatch(latents: draw.latents, noise: draw.noise)
  }

  /// Runs one image of an encoded batch.
  ///
  /// - Parameter body: Takes each of `layers` in forward order, and its output `[h * w, C]`.
  /// - Throws: ``ModelError`` for an impossible timestep; what `body` throws.
  public func run(
    _ encoded: EncodedBatch, index: Int, layers: [Layer], timestep: Int = 50,
    body: (Layer, FeatureMap) throws -> Void
  ) throws {
    try requireTimestep(timestep)
    try engine.run(
      latents: input(encoded, index: index, timestep: timestep), timestep: timestep,
      layers: layers, body: body)
  }

  /// The U-Net's input for one image: noised, then scaled as the checkpoint's scheduler does.
  package func input(_ encoded: EncodedBatch, index: Int, timestep: Int) -> FeatureMap {
    schedule.input(encoded.latents[index], noise: encoded.noise, timestep: timestep)
  }

  func requireTimestep(_ timestep: Int) throws(ModelError) {
    guard timestep >= 0, timestep < timesteps else {
      throw ModelError("expected a timestep of 0 to \(timesteps - 1), found \(timestep)")
    }
  }

  /// Pixels as numbers in the range of ``ExtractionSettings/pixelRange``.
  private func pixels(of image: RGBImage) -> FeatureMap {
    image.pixels.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else {
        return FeatureMap(height: 0, width: 0, channels: 3, values: [])
      }
      return FeatureMap(
        pixels: start, height: image.height, width: image.width,
        centred: settings.pixelRange != .published)
    }
  }
}
