public import Kernels
public import Layers

extension UNet {
  /// One pass of the network, a module at a time, so that a caller can stop or do other things in
  /// between.
  ///
  /// Memory: the current output and the skips that are still to be met.
  public struct Pass {
    private let unet: UNet
    private let time: FeatureMap
    private let keyValues: [K.KeyValues]
    private var hidden: FeatureMap
    private var skips: [FeatureMap] = []
    private let layers: [Layer]
    private var place = 0

    /// How many layers are still to come.
    public var remaining: Int { layers.count - place }

    /// Prepares a pass; nothing but the time embedding is computed yet.
    ///
    /// - Parameters:
    ///   - latents: The noised and scaled latents, `[h * w, inputChannels]`, of any size.
    ///   - timestep: The diffusion timestep.
    ///   - text: A text prepared by the same network's ``UNet/condition(text:)``.
    public init(_ unet: UNet, latents: FeatureMap, timestep: Float, text: Conditioning) {
      precondition(latents.channels == unet.configuration.inputChannels && latents.tokens > 0)
      self.unet = unet
      keyValues = text.keyValues
      time = unet.kernels.activate(
        unet.timeEmbedding(timestep: timestep, unet.kernels), unet.configuration.activation)
      hidden = unet.centred(latents)
      layers = unet.configuration.layers
    }

    /// Computes the next layer of ``UNetConfiguration/layers``; nil after the last.
    ///
    /// A block's output is its last module's, and takes no time.
    public mutating func next() -> (layer: Layer, output: FeatureMap)? {
      guard place < layers.count else { return nil }
      let layer = layers[place]
      place += 1
      let kernels = unet.kernels
      switch layer.block {
      case .convIn:
        hidden = kernels.convolution(hidden, unet.convIn)
        skips = [hidden]
      case .down(let level): down(unet.downBlocks[level], layer.module)
      case .mid: mid(layer.module)
      case .up(let index): up(unet.upBlocks[index], layer.module)
      case .convOut:
        hidden = kernels.convolution(
          normalizing: hidden, unet.convNormOut, activation: unet.configuration.activation,
          unet.convOut, channelBias: nil, residual: nil)
      }
      return (layer, hidden)
    }

    private mutating func down(_ block: DownBlock<K>, _ module: Layer.Module) {
      switch module {
      case .resnet(let index):
        hidden = block.layers[index].resnet(hidden, time: time, unet.kernels)
        if block.layers[index].attention == nil { skips.append(hidden) }
      case .attention(let index):
        attend(block.layers[index])
        skips.append(hidden)
      case .downsampler:
        guard let downsampler = block.downsampler else { return }
        hidden = unet.kernels.convolution(hidden, downsampler)
        skips.append(hidden)
      case .upsampler, .output: break
      }
    }

    private mutating func mid(_ module: Layer.Module) {
      guard let block = unet.midBlock else { return }
      switch module {
      case .resnet(let index):
        let resnet = index == 0 ? block.first : block.second
        hidden = resnet(hidden, time: time, unet.kernels)
      case .attention:
        hidden = block.attention(hidden, text: keyValues[block.textPlaces], unet.kernels)
      case .downsampler, .upsampler, .output: break
      }
    }

    private mutating func up(_ block: UpBlock<K>, _ module: Layer.Module) {
      switch module {
      case .resnet(let index):
        let joined = unet.kernels.concatenate(hidden, skips.removeLast())
        hidden = block.layers[index].resnet(joined, time: time, unet.kernels)
      case .attention(let index): attend(block.layers[index])
      case .upsampler:
        guard let upsampler = block.upsampler, let next = skips.last else { return }
        // To the size of the skip it meets next: odd sizes come back as they were.
        hidden = unet.kernels.convolution(
          upsampling: hidden, height: next.height, width: next.width, upsampler)
      case .downsampler, .output: break
      }
    }

    private mutating func attend(_ layer: UNetLayer<K>) {
      guard let attention = layer.attention else { return }
      hidden = attention(hidden, text: keyValues[layer.textPlaces], unet.kernels)
    }
  }

  /// The input, or 2x - 1 where the configuration asks for it.
  private func centred(_ latents: FeatureMap) -> FeatureMap {
    guard configuration.centersInput else { return latents }
    var centred = latents
    centred.withMutableValues { values in
      for index in values.indices { values[index] = 2 * values[index] - 1 }
    }
    return centred
  }
}
