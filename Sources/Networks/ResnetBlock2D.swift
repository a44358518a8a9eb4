import Kernels

/// Two normalised 3x3 convolutions beside a shortcut; the timestep enters between them.
final class ResnetBlock2D<K: Kernels> {
  /// What all resnets of a network have in common.
  struct Style {
    let groups: Int
    let epsilon: Float
    let activation: Activation
    let paddingMode: PaddingMode
    /// The channels of the time embedding, or nil where no timestep enters.
    let timeChannels: Int?
  }

  private let norm1: GroupNorm
  private let conv1: K.Convolution
  private let timeProjection: K.Linear?
  private let norm2: GroupNorm
  private let conv2: K.Convolution
  private let shortcut: K.Linear?
  private let activation: Activation

  /// Reads the block at `key`; `size` is the side of the maps it will mostly see.
  init(
    _ reader: WeightReader<K>, _ key: WeightKey, inputs: Int, outputs: Int,
    style: Style, size: Int
  ) throws(NetworkError) {
    activation = style.activation
    norm1 = try reader.groupNorm(
      key["norm1"], channels: inputs, groups: style.groups, epsilon: style.epsilon)
    conv1 = try reader.convolution(
      key["conv1"], inputs: inputs, outputs: outputs, mode: style.paddingMode, size: size)
    if let timeChannels = style.timeChannels {
      timeProjection = try reader.linear(
        key["time_emb_proj"], inputs: timeChannels, outputs: outputs, tokens: 1)
    } else {
      timeProjection = nil
    }
    norm2 = try reader.groupNorm(
      key["norm2"], channels: outputs, groups: style.groups, epsilon: style.epsilon)
    conv2 = try reader.convolution(
      key["conv2"], inputs: outputs, outputs: outputs, mode: style.paddingMode, size: size)
    shortcut =
      inputs == outputs
      ? nil
      : try reader.linear(
        key["conv_shortcut"], inputs: inputs, outputs: outputs, tokens: size * size)
  }

  /// The block's output.
  ///
  /// - Parameters:
  ///   - time: the time embedding after the activation.
  ///   - place: the image's place in its batch, where norms round as PyTorch's.
  func callAsFunction(
    _ input: FeatureMap, time: FeatureMap?, _ kernels: K, place: BatchPlace? = nil
  ) -> FeatureMap {
    var timeBias: FeatureMap?
    if let timeProjection, let time { timeBias = kernels.linear(time, timeProjection) }
    let hidden = kernels.convolution(
      normalizing: input, norm1.at(place), activation: activation, conv1, channelBias: timeBias,
      residual: nil)
    let residual = shortcut.map { kernels.linear(input, $0) } ?? input
    return kernels.convolution(
      normalizing: hidden, norm2.at(place), activation: activation, conv2, channelBias: nil,
      residual: residual)
  }
}
