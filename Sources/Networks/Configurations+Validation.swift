import Kernels

extension UNetConfiguration {
  /// Checks that the lists agree and the numbers are possible, so that building never traps.
  func validate() throws(NetworkError) {
    let levels = blockChannels.count
    guard levels > 0, levels <= 16 else { throw .unsupported("block_out_channels is empty") }
    guard downBlocks.count == levels, upBlocks.count == levels, heads.count == levels,
      layersPerBlock.count == levels, transformerLayers.count == levels
    else {
      throw .unsupported("the lists of the U-Net's configuration have different lengths")
    }
    let sides = blockChannels + layersPerBlock + transformerLayers + heads
    let others = [inputChannels, outputChannels, crossAttentionWidth, normGroups]
    guard (sides + others).allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else {
      throw .unsupported("a number in the U-Net's configuration is not positive or is too large")
    }
    guard blockChannels.allSatisfy({ $0 % normGroups == 0 }) else {
      throw .unsupported("norm_num_groups does not divide block_out_channels")
    }
  }
}

extension AutoencoderConfiguration {
  /// Checks that the numbers are possible, so that building never traps.
  func validate() throws(NetworkError) {
    let numbers = blockChannels + [imageChannels, latentChannels, layersPerBlock, normGroups]
    guard !blockChannels.isEmpty, blockChannels.count <= 16,
      numbers.allSatisfy({ $0 > 0 && $0 <= 1 << 20 })
    else {
      throw .unsupported("a number in the autoencoder's configuration is not possible")
    }
  }
}

extension TextEncoderConfiguration {
  /// Checks that the numbers are possible, so that building never traps.
  func validate() throws(NetworkError) {
    let numbers = [vocabularySize, hiddenSize, intermediateSize, layers, heads, positions]
    guard numbers.allSatisfy({ $0 > 0 && $0 <= 1 << 24 }), hiddenSize % heads == 0 else {
      throw .unsupported("a number in the text encoder's configuration is not possible")
    }
  }
}
