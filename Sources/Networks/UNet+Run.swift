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
    var remaining = configuration.layers.filter { layers.contains($0) }.count
    var pass = Pass(self, latents: latents, timestep: timestep, text: text)
    while remaining > 0, let (layer, output) = pass.next() {
      guard layers.contains(layer) else { continue }
      try body(layer, output)
      remaining -= 1
    }
  }
}
