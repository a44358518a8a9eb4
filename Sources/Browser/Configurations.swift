import Kernels
import Networks

extension UNetConfiguration {
  /// The configuration in the order in which `explorer-worker.js` writes it.
  init(_ numbers: inout Numbers) throws(Failure) {
    self.init()
    inputChannels = try numbers.count()
    outputChannels = try numbers.count()
    let levels = try numbers.count(1...8)
    blockChannels = try numbers.counts(levels)
    downBlocks = try numbers.counts(levels, 0...1).map { $0 == 1 ? .crossAttention : .plain }
    upBlocks = try numbers.counts(levels, 0...1).map { $0 == 1 ? .crossAttention : .plain }
    hasMidBlock = try numbers.flag()
    layersPerBlock = try numbers.counts(levels, 1...8)
    transformerLayers = try numbers.counts(levels, 1...16)
    heads = try numbers.counts(levels, 1...1024)
    crossAttentionWidth = try numbers.count()
    normGroups = try numbers.count()
    normEpsilon = Float(try numbers.number())
    activation = try numbers.activation()
    cosinesFirst = try numbers.flag()
    frequencyShift = Float(try numbers.number())
    centersInput = try numbers.flag()
    paddingMode = try numbers.flag() ? .circular : .zeros
  }
}

extension AutoencoderConfiguration {
  /// The configuration in the order in which `explorer-worker.js` writes it.
  init(_ numbers: inout Numbers) throws(Failure) {
    self.init()
    latentChannels = try numbers.count(1...64)
    blockChannels = try numbers.counts(try numbers.count(1...6))
    layersPerBlock = try numbers.count(1...8)
    normGroups = try numbers.count()
    activation = try numbers.activation()
    hasMidAttention = try numbers.flag()
    usesQuantConvolution = try numbers.flag()
    scalingFactor = Float(try numbers.number())
    for width in blockChannels where width % normGroups != 0 {
      throw .model("The autoencoder's norm_num_groups does not divide its channels.")
    }
  }
}

extension NoiseSchedule {
  /// The schedule in the order in which `explorer-worker.js` writes it.
  init(_ numbers: inout Numbers) throws(Failure) {
    let start = try numbers.number()
    let end = try numbers.number()
    guard start > 0, start <= end, end < 1 else {
      throw .model("The scheduler's betas are not between 0 and 1.")
    }
    self.init(
      betaStart: start, betaEnd: end, timesteps: try numbers.count(1...100_000),
      betas: try numbers.flag() ? .scaledLinear : .linear,
      inputScaling: try numbers.flag() ? .euler : .none)
  }
}

extension Numbers {
  /// An activation by its place in `explorer-worker.js`.
  fileprivate mutating func activation() throws(Failure) -> Activation {
    switch try count(0...2) {
    case 0: .silu
    case 1: .gelu
    default: .quickGELU
    }
  }
}
