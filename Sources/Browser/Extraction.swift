import Kernels
import Layers
import Networks
import Similarity

/// One image on its way through a model, a step at a time, so that the worker can answer others in
/// between.
final class Extraction {
  private enum Stage {
    case encoding(AutoencoderEncoder<PortableKernels>.Pass)
    case pass(UNet<PortableKernels>.Pass)
  }

  private let model: Model
  private let timestep: Int
  private let seed: UInt64
  private var stage: Stage
  private var done = 0.0
  private let work: Double

  init(_ model: Model, image: FeatureMap, timestep: Int, seed: UInt64) throws(Failure) {
    guard timestep >= 0, timestep < model.schedule.alphaProducts.count else {
      throw .input("The timestep is outside the scheduler's.")
    }
    self.model = model
    self.timestep = timestep
    self.seed = seed
    stage = .encoding(
      try throwing { () throws(NetworkError) in
        try AutoencoderEncoder.Pass(model.encoder, image: image)
      })
    let configuration = model.unet.configuration
    let layers = configuration.layers.reduce(0) { $0 + $1.work(in: configuration) }
    work = layers * (1 + Self.encoderShare)
    done = layers * Self.encoderShare
  }

  /// The encoder's time over the U-Net's, as measured for the built-in models; for progress only.
  private static let encoderShare = 0.5

  /// How far it is, 0 … 1.
  var fraction: Double {
    if case .encoding(let pass) = stage { return pass.fraction * done / work }
    return done / work
  }

  /// The next layer and its output; nil for the encoder's steps, which come first.
  func step() -> (layer: Layer, output: FeatureMap)? {
    switch stage {
    case .encoding(let pass):
      guard let distribution = pass.step() else { return nil }
      let draw = LatentDraw(
        [distribution], scalingFactor: model.encoder.configuration.scalingFactor, seed: seed)
      let input = model.schedule.input(draw.latents[0], noise: draw.noise, timestep: timestep)
      stage = .pass(
        UNet.Pass(
          model.unet, latents: input, timestep: Float(timestep), text: model.text))
      return nil
    case .pass(var pass):
      guard let next = pass.next() else { return nil }
      stage = .pass(pass)
      done += next.layer.work(in: model.unet.configuration)
      return next
    }
  }

  /// Whether every layer was computed.
  var isOver: Bool {
    if case .pass(let pass) = stage { return pass.remaining == 0 }
    return false
  }
}

extension Layer {
  /// Roughly how much time the layer takes, relative to others.
  fileprivate func work(in configuration: UNetConfiguration) -> Double {
    let last = configuration.blockChannels.count - 1
    let level =
      switch block {
      case .convIn, .convOut: 0
      case .down(let level): level
      case .mid: last
      case .up(let index): last - index
      }
    var work = 1.0
    for _ in 0..<level { work /= 4 }
    switch module {
    case .output: return block == .convIn || block == .convOut ? work / 2 : 0
    case .attention: return 3 * work
    case .resnet, .downsampler, .upsampler: return work
    }
  }
}
