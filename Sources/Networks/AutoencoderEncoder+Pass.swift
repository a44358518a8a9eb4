public import Kernels

extension AutoencoderEncoder {
  /// The encoding of one image, a module at a time, so that a caller can stop or do other things in
  /// between.
  ///
  /// Memory: the current module's input and output.
  public final class Pass {
    private enum Module {
      case convIn
      case resnet(level: Int, index: Int)
      case downsampler(level: Int)
      case mid(part: Int)
      case output
    }

    private let encoder: AutoencoderEncoder
    private let batchPlace: BatchPlace
    private let modules: [Module]
    private var place = 0
    private var hidden: FeatureMap

    /// How far it is, 0 … 1, modules being alike: where sides halve, channels double.
    public private(set) var fraction = 0.0

    /// Prepares a pass; nothing is computed yet.
    ///
    /// Parameters and errors are those of ``AutoencoderEncoder/encode(image:place:)``.
    public init(
      _ encoder: AutoencoderEncoder, image: FeatureMap, place: BatchPlace = .alone
    ) throws(NetworkError) {
      let smallest = 1 << (encoder.configuration.blockChannels.count - 1)
      guard image.channels == encoder.configuration.imageChannels else {
        throw .input("the image's channels are not the autoencoder's")
      }
      guard image.height >= smallest, image.width >= smallest else {
        throw .input("the image is smaller than one latent")
      }
      self.encoder = encoder
      batchPlace = place
      hidden = image
      var modules = [Module.convIn]
      for (level, block) in encoder.blocks.enumerated() {
        for index in block.resnets.indices { modules.append(.resnet(level: level, index: index)) }
        if block.downsampler != nil { modules.append(.downsampler(level: level)) }
      }
      for part in 0..<AutoencoderMidBlock<K>.parts { modules.append(.mid(part: part)) }
      self.modules = modules + [.output]
    }

    /// Computes the next module; the distribution of the latents once that was the last.
    public func step() -> LatentDistribution? {
      let kernels = encoder.kernels
      let module = modules[place]
      place += 1
      fraction = Double(place) / Double(modules.count)
      switch module {
      case .convIn: hidden = kernels.convolution(hidden, encoder.convIn)
      case .resnet(let level, let index):
        hidden = encoder.blocks[level].resnets[index](
          hidden, time: nil, kernels, place: batchPlace)
      case .downsampler(let level):
        if let downsampler = encoder.blocks[level].downsampler {
          hidden = kernels.convolution(hidden, downsampler)
        }
      case .mid(let part):
        hidden = encoder.mid.run(part, hidden, kernels, place: batchPlace)
      case .output: return LatentDistribution(moments: moments())
      }
      return nil
    }

    private func moments() -> FeatureMap {
      let kernels = encoder.kernels
      let moments = kernels.convolution(
        normalizing: hidden, encoder.convNormOut.at(batchPlace),
        activation: encoder.configuration.activation, encoder.convOut, channelBias: nil,
        residual: nil)
      return encoder.quantConvolution.map { kernels.linear(moments, $0) } ?? moments
    }
  }
}
