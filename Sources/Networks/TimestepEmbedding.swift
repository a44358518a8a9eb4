import Kernels

/// A timestep as sines and cosines of many frequencies, then through two linear maps.
final class TimestepEmbedding<K: Kernels> {
  private let linear1: K.Linear
  private let linear2: K.Linear
  private let configuration: UNetConfiguration

  /// The channels of the embedding.
  static func channels(_ configuration: UNetConfiguration) -> Int {
    4 * (configuration.blockChannels.first ?? 0)
  }

  init(
    _ reader: WeightReader<K>, _ configuration: UNetConfiguration
  ) throws(NetworkError) {
    self.configuration = configuration
    let channels = Self.channels(configuration)
    linear1 = try reader.linear(
      "time_embedding.linear_1", inputs: channels / 4, outputs: channels, tokens: 1)
    linear2 = try reader.linear(
      "time_embedding.linear_2", inputs: channels, outputs: channels, tokens: 1)
  }

  /// The sines and cosines, as diffusers' `get_timestep_embedding` rounds them.
  func projection(timestep: Float) -> FeatureMap {
    let channels = configuration.blockChannels.first ?? 0
    let half = channels / 2
    var sines: [Float] = []
    var cosines: [Float] = []
    for index in 0..<half {
      let exponent =
        Float(-DoubleMath.log(10_000)) * Float(index)
        / (Float(half) - configuration.frequencyShift)
      let angle = timestep * Float(DoubleMath.exp(Double(exponent)))
      sines.append(Float(DoubleMath.sin(Double(angle))))
      cosines.append(Float(DoubleMath.cos(Double(angle))))
    }
    var values = configuration.cosinesFirst ? cosines + sines : sines + cosines
    if channels % 2 == 1 { values.append(0) }
    return FeatureMap(tokens: 1, channels: channels, values: values)
  }

  /// The embedding of a timestep.
  func callAsFunction(timestep: Float, _ kernels: K) -> FeatureMap {
    let hidden = kernels.linear(
      projection(timestep: timestep), linear1, activation: configuration.activation)
    return kernels.linear(hidden, linear2)
  }
}
