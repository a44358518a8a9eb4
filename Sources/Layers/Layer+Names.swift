extension Layer.Block {
  /// The block's name in diffusers: `down_blocks[0]`, `mid_block`, `conv_in`.
  public var name: String {
    switch self {
    case .convIn: "conv_in"
    case .down(let level): "down_blocks[\(level)]"
    case .mid: "mid_block"
    case .up(let level): "up_blocks[\(level)]"
    case .convOut: "conv_out"
    }
  }

  /// The block's short name in figures: in, dn0 … dn3, mid, up0 … up3, out.
  public var label: String {
    switch self {
    case .convIn: "in"
    case .down(let level): "dn\(level)"
    case .mid: "mid"
    case .up(let level): "up\(level)"
    case .convOut: "out"
    }
  }
}

extension Layer: CustomStringConvertible {
  /// The layer's name as diffusers spells it, `up_blocks[1].resnets[0]`.
  public var name: String {
    switch module {
    case .output: block.name
    case .resnet(let index): "\(block.name).resnets[\(index)]"
    case .attention(let index): "\(block.name).attentions[\(index)]"
    case .downsampler: "\(block.name).downsamplers[0]"
    case .upsampler: "\(block.name).upsamplers[0]"
    }
  }

  /// The same as ``name``.
  public var description: String { name }

  /// The layer's tick in the quantitative figure: conv, res, attn, down, up.
  public var tick: String {
    switch module {
    case .output: "conv"
    case .resnet: "res"
    case .attention: "attn"
    case .downsampler: "down"
    case .upsampler: "up"
    }
  }

  /// The layer of this name among ``all``, or nil.
  public init?(name: String) {
    guard let found = Layer.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
