public import Kernels
public import Layers

extension UNet {
  /// Runs the network as far as the last of `layers` and hands out their outputs in forward order.
  ///
  /// Layers that this network does not have are ignored; see ``UNetConfiguration/layers``. Outputs
  /// share the network's memory, nothing is copied.
  ///
  /// - Parameters:
  ///   - latents: The noised and scaled latents, `[h * w, inputChannels]`, of any size.
  ///   - timestep: The diffusion timestep.
  ///   - text: A text prepared by this network's ``condition(text:)``.
  ///   - layers: The wanted layers; the pass stops after the last of them.
  ///   - body: Takes each wanted layer's output, `[h * w, C]`.
  /// - Throws: What `body` throws.
  public func run<Failure: Error>(
    latents: FeatureMap, timestep: Float, text: Conditioning, layers: [Layer],
    body: (Layer, FeatureMap) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(latents.channels == configuration.inputChannels && latents.tokens > 0)
    var remaining = configuration.layers.filter { layers.contains($0) }.count
    guard remaining > 0 else { return }

    /// Hands out an output if it is wanted; true when nothing more is.
    func emit(_ layer: Layer, _ map: FeatureMap) throws(Failure) -> Bool {
      guard layers.contains(layer) else { return false }
      try body(layer, map)
      remaining -= 1
      return remaining == 0
    }

    let time = kernels.activate(
      timeEmbedding(timestep: timestep, kernels), configuration.activation)
    var hidden = kernels.convolution(centred(latents), convIn)
    if try emit(Layer(.convIn), hidden) { return }
    var skips = [hidden]

    for (level, block) in downBlocks.enumerated() {
      for (index, layer) in block.layers.enumerated() {
        hidden = layer.resnet(hidden, time: time, kernels)
        if try emit(Layer(.down(level), .resnet(index)), hidden) { return }
        if let attention = layer.attention {
          hidden = attention(hidden, text: text.keyValues[layer.textPlaces], kernels)
          if try emit(Layer(.down(level), .attention(index)), hidden) { return }
        }
        skips.append(hidden)
      }
      if let downsampler = block.downsampler {
        hidden = kernels.convolution(hidden, downsampler)
        if try emit(Layer(.down(level), .downsampler), hidden) { return }
        skips.append(hidden)
      }
      if try emit(Layer(.down(level)), hidden) { return }
    }

    if let midBlock {
      hidden = midBlock.first(hidden, time: time, kernels)
      if try emit(Layer(.mid, .resnet(0)), hidden) { return }
      hidden = midBlock.attention(hidden, text: text.keyValues[midBlock.textPlaces], kernels)
      if try emit(Layer(.mid, .attention(0)), hidden) { return }
      hidden = midBlock.second(hidden, time: time, kernels)
      if try emit(Layer(.mid, .resnet(1)), hidden) { return }
      if try emit(Layer(.mid), hidden) { return }
    }

    for (place, block) in upBlocks.enumerated() {
      for (index, layer) in block.layers.enumerated() {
        hidden = layer.resnet(
          kernels.concatenate(hidden, skips.removeLast()), time: time, kernels)
        if try emit(Layer(.up(place), .resnet(index)), hidden) { return }
        guard let attention = layer.attention else { continue }
        hidden = attention(hidden, text: text.keyValues[layer.textPlaces], kernels)
        if try emit(Layer(.up(place), .attention(index)), hidden) { return }
      }
      if let upsampler = block.upsampler, let next = skips.last {
        // To the size of the skip it meets next: odd sizes come back as they were.
        hidden = kernels.convolution(
          upsampling: hidden, height: next.height, width: next.width, upsampler)
        if try emit(Layer(.up(place), .upsampler), hidden) { return }
      }
      if try emit(Layer(.up(place)), hidden) { return }
    }

    let output = kernels.convolution(
      normalizing: hidden, convNormOut, activation: configuration.activation, convOut,
      channelBias: nil, residual: nil)
    _ = try emit(Layer(.convOut), output)
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
