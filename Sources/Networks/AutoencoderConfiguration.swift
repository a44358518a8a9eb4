public import Kernels

/// What distinguishes one image autoencoder from another: diffusers' `vae/config.json`.
public struct AutoencoderConfiguration: Equatable, Sendable {
  /// `in_channels` and `out_channels`.
  public var imageChannels = 3
  /// `latent_channels`.
  public var latentChannels = 4
  /// `block_out_channels`, one a level; all but the last halve the size.
  public var blockChannels = [128, 256, 512, 512]
  /// `layers_per_block`.
  public var layersPerBlock = 2
  /// `norm_num_groups`.
  public var normGroups = 32
  /// `act_fn`.
  public var activation = Activation.silu
  /// `mid_block_add_attention`.
  public var hasMidAttention = true
  /// `use_quant_conv`: a 1x1 convolution after the encoder.
  public var usesQuantConvolution = true
  /// `use_post_quant_conv`: a 1x1 convolution before the decoder.
  public var usesPostQuantConvolution = true
  /// `scaling_factor` of the latents.
  public var scalingFactor: Float = 0.18215
  /// The image side that a backend should prepare for.
  public var typicalImageSize = 512

  /// The configuration of SD-1.x's and SD-2.x's autoencoder; change what differs.
  public init() {}
}
