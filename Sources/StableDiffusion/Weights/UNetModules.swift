import Networks

/// A module with weights in diffusers' `UNet2DConditionModel`.
struct UNetModule: Equatable {
  enum Kind: Equatable {
    case linear
    /// A square convolution of this side.
    case convolution(Int)
    /// A group or layer norm, whose `outputs` are its channels.
    case norm
  }

  let name: String
  let kind: Kind
  let inputs: Int
  let outputs: Int
  let hasBias: Bool
}

/// The modules with weights that diffusers' `UNet2DConditionModel` has for a configuration.
struct UNetModules {
  private(set) var all: [UNetModule] = []
  private let configuration: UNetConfiguration

  /// The modules of the network that `configuration` describes.
  init(_ configuration: UNetConfiguration) {
    self.configuration = configuration
    let channels = configuration.blockChannels
    let levels = channels.count
    convolution("conv_in", configuration.inputChannels, channels[0])
    linear("time_embedding.linear_1", channels[0], timeChannels)
    linear("time_embedding.linear_2", timeChannels, timeChannels)
    for level in 0..<levels { down(level) }
    if configuration.hasMidBlock {
      let last = levels - 1
      resnet("mid_block.resnets.0", channels[last], channels[last])
      transformer("mid_block.attentions.0", level: last)
      resnet("mid_block.resnets.1", channels[last], channels[last])
    }
    for block in 0..<levels { up(block) }
    norm("conv_norm_out", channels[0])
    convolution("conv_out", channels[0], configuration.outputChannels)
  }

  private var timeChannels: Int { configuration.blockChannels[0] * 4 }

  private mutating func down(_ level: Int) {
    let channels = configuration.blockChannels
    let name = "down_blocks.\(level)"
    for index in 0..<configuration.layersPerBlock[level] {
      let inputs = index == 0 ? channels[max(level - 1, 0)] : channels[level]
      resnet("\(name).resnets.\(index)", inputs, channels[level])
      if configuration.downBlocks[level] == .crossAttention {
        transformer("\(name).attentions.\(index)", level: level)
      }
    }
    if level < channels.count - 1 {
      convolution("\(name).downsamplers.0.conv", channels[level], channels[level])
    }
  }

  private mutating func up(_ block: Int) {
    let channels = configuration.blockChannels
    let level = channels.count - 1 - block
    let name = "up_blocks.\(block)"
    let layers = configuration.layersPerBlock[level] + 1
    for index in 0..<layers {
      let hidden = index == 0 ? channels[min(level + 1, channels.count - 1)] : channels[level]
      let skip = index == layers - 1 ? channels[max(level - 1, 0)] : channels[level]
      resnet("\(name).resnets.\(index)", hidden + skip, channels[level])
      if configuration.upBlocks[block] == .crossAttention {
        transformer("\(name).attentions.\(index)", level: level)
      }
    }
    if level > 0 { convolution("\(name).upsamplers.0.conv", channels[level], channels[level]) }
  }

  private mutating func resnet(_ name: String, _ inputs: Int, _ outputs: Int) {
    norm("\(name).norm1", inputs)
    convolution("\(name).conv1", inputs, outputs)
    linear("\(name).time_emb_proj", timeChannels, outputs)
    norm("\(name).norm2", outputs)
    convolution("\(name).conv2", outputs, outputs)
    if inputs != outputs { convolution("\(name).conv_shortcut", inputs, outputs, side: 1) }
  }

  private mutating func transformer(_ name: String, level: Int) {
    let width = configuration.blockChannels[level]
    norm("\(name).norm", width)
    projection("\(name).proj_in", width)
    for index in 0..<configuration.transformerLayers[level] {
      let block = "\(name).transformer_blocks.\(index)"
      norm("\(block).norm1", width)
      attention("\(block).attn1", width, source: width)
      norm("\(block).norm2", width)
      attention("\(block).attn2", width, source: configuration.crossAttentionWidth)
      norm("\(block).norm3", width)
      linear("\(block).ff.net.0.proj", width, width * 8)
      linear("\(block).ff.net.2", width * 4, width)
    }
    projection("\(name).proj_out", width)
  }

  private mutating func attention(_ name: String, _ width: Int, source: Int) {
    linear("\(name).to_q", width, width, hasBias: false)
    linear("\(name).to_k", source, width, hasBias: false)
    linear("\(name).to_v", source, width, hasBias: false)
    linear("\(name).to_out.0", width, width)
  }

  private mutating func projection(_ name: String, _ width: Int) {
    if configuration.usesLinearProjection {
      linear(name, width, width)
    } else {
      convolution(name, width, width, side: 1)
    }
  }

  private mutating func linear(
    _ name: String, _ inputs: Int, _ outputs: Int, hasBias: Bool = true
  ) {
    all.append(
      UNetModule(name: name, kind: .linear, inputs: inputs, outputs: outputs, hasBias: hasBias))
  }

  private mutating func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, side: Int = 3
  ) {
    all.append(
      UNetModule(
        name: name, kind: .convolution(side), inputs: inputs, outputs: outputs, hasBias: true))
  }

  private mutating func norm(_ name: String, _ channels: Int) {
    all.append(
      UNetModule(name: name, kind: .norm, inputs: channels, outputs: channels, hasBias: true))
  }
}
