public import Kernels
public import Layers

/// What distinguishes one Stable Diffusion U-Net from another: diffusers' `unet/config.json`.
public struct UNetConfiguration: Equatable, Sendable {
  /// What a block is made of.
  public enum BlockKind: Equatable, Sendable {
    /// `DownBlock2D`, `UpBlock2D`: resnets only.
    case plain
    /// `CrossAttnDownBlock2D`, `CrossAttnUpBlock2D`: a transformer after each resnet.
    case crossAttention
  }

  /// `in_channels`.
  public var inputChannels = 4
  /// `out_channels`.
  public var outputChannels = 4
  /// `block_out_channels`, one a level.
  public var blockChannels = [320, 640, 1280, 1280]
  /// `down_block_types`, one a level.
  public var downBlocks: [BlockKind] = [.crossAttention, .crossAttention, .crossAttention, .plain]
  /// `up_block_types`, from the coarsest level to the finest.
  public var upBlocks: [BlockKind] = [.plain, .crossAttention, .crossAttention, .crossAttention]
  /// Whether the middle block has its transformer (`UNetMidBlock2DCrossAttn`) or is absent (null).
  public var hasMidBlock = true
  /// `layers_per_block`, one a level; up blocks have one more.
  public var layersPerBlock = [2, 2, 2, 2]
  /// `transformer_layers_per_block`, one a level.
  public var transformerLayers = [1, 1, 1, 1]
  /// `attention_head_dim`, one a level: in these models, despite its name, the number of heads.
  public var heads = [8, 8, 8, 8]
  /// `cross_attention_dim`: the text's channels.
  public var crossAttentionWidth = 768
  /// `use_linear_projection`: whether transformers project by a linear map or a 1x1 convolution.
  public var usesLinearProjection = false
  /// `norm_num_groups`.
  public var normGroups = 32
  /// `norm_eps`, of resnets and `conv_norm_out`.
  public var normEpsilon: Float = 1e-5
  /// `act_fn`.
  public var activation = Activation.silu
  /// `flip_sin_to_cos`: whether the timestep embedding has its cosines first.
  public var cosinesFirst = true
  /// `freq_shift` of the timestep embedding.
  public var frequencyShift: Float = 0
  /// `center_input_sample`: whether the input x becomes 2x - 1.
  public var centersInput = false
  /// `padding_mode` of every convolution.
  public var paddingMode = PaddingMode.zeros
  /// The latents' side that a backend should prepare for (512 pixels: 64).
  public var typicalLatentSize = 64

  /// The configuration of SD-1.x; change what differs.
  public init() {}

  /// SD-1.5's configuration.
  public static let sd15 = UNetConfiguration()
  /// SD-2.1's and SD-Turbo's configuration.
  public static let sd21: UNetConfiguration = {
    var configuration = UNetConfiguration()
    configuration.heads = [5, 10, 20, 20]
    configuration.crossAttentionWidth = 1024
    configuration.usesLinearProjection = true
    return configuration
  }()
}

extension UNetConfiguration {
  /// Every layer of this U-Net in forward order; a block's output follows its last module.
  public var layers: [Layer] {
    var all = [Layer(.convIn)]
    let levels = blockChannels.count
    for level in 0..<levels {
      for index in 0..<layersPerBlock[level] {
        all.append(Layer(.down(level), .resnet(index)))
        guard downBlocks[level] == .crossAttention else { continue }
        all.append(Layer(.down(level), .attention(index)))
      }
      if level < levels - 1 { all.append(Layer(.down(level), .downsampler)) }
      all.append(Layer(.down(level)))
    }
    if hasMidBlock {
      all += [Layer(.mid, .resnet(0)), Layer(.mid, .attention(0)), Layer(.mid, .resnet(1))]
      all.append(Layer(.mid))
    }
    for block in 0..<levels {
      for index in 0...layersPerBlock[levels - 1 - block] {
        all.append(Layer(.up(block), .resnet(index)))
        guard upBlocks[block] == .crossAttention else { continue }
        all.append(Layer(.up(block), .attention(index)))
      }
      if block < levels - 1 { all.append(Layer(.up(block), .upsampler)) }
      all.append(Layer(.up(block)))
    }
    return all + [Layer(.convOut)]
  }
}
