import Kernels
package import Networks

extension AutoencoderConfiguration {
  /// The configuration in a `vae/config.json` of diffusers.
  ///
  /// - Throws: ``ModelError`` naming the file and the setting that is wrong or that these networks
  ///   do not have.
  package init(diffusers path: String) throws(ModelError) {
    let file = try ConfigFile.read(AutoencoderConfigFile.self, from: path)
    do throws(ModelError) {
      try self.init(file)
    } catch { throw ModelError("\(path): \(error.description)") }
  }

  private init(_ file: AutoencoderConfigFile) throws(ModelError) {
    if let name = file.className, name != "AutoencoderKL" {
      throw ModelError("expected an AutoencoderKL, found a \(name)")
    }
    self.init()
    imageChannels = try ConfigRange.count(file.inChannels ?? 3, 3...3, "in_channels")
    latentChannels = try ConfigRange.count(file.latentChannels ?? 4, 1...64, "latent_channels")
    blockChannels = file.blockOutChannels ?? [64]
    guard (1...6).contains(blockChannels.count) else {
      throw ModelError(
        "expected 1 to 6 entries in \"block_out_channels\", found \(blockChannels.count)")
    }
    let types = file.downBlockTypes ?? ["DownEncoderBlock2D"]
    guard types.count == blockChannels.count, types.allSatisfy({ $0 == "DownEncoderBlock2D" })
    else {
      throw ModelError(
        "expected \"down_block_types\" to be \(blockChannels.count) times DownEncoderBlock2D")
    }
    layersPerBlock = try ConfigRange.count(file.layersPerBlock ?? 1, 1...8, "layers_per_block")
    normGroups = try ConfigRange.channels(file.normNumGroups ?? 32, "norm_num_groups")
    for width in blockChannels {
      guard try ConfigRange.channels(width, "block_out_channels") % normGroups == 0 else {
        throw ModelError("\"norm_num_groups\" \(normGroups) does not divide \(width) channels")
      }
    }
    activation = try ConfigRange.activation(file.actFn ?? "silu", "act_fn")
    hasMidAttention = file.midBlockAddAttention ?? true
    usesQuantConvolution = file.useQuantConv ?? true
    usesPostQuantConvolution = file.usePostQuantConv ?? true
    let scale = Float(file.scalingFactor ?? 0.18215)
    guard scale.isFinite, scale != 0 else {
      throw ModelError("expected a number other than 0 for \"scaling_factor\", found \(scale)")
    }
    scalingFactor = scale
  }
}

/// What `vae/config.json` holds, as far as it decides how the encoder is built.
private struct AutoencoderConfigFile: Decodable {
  let className: String?
  let inChannels: Int?
  let latentChannels: Int?
  let blockOutChannels: [Int]?
  let downBlockTypes: [String]?
  let layersPerBlock: Int?
  let normNumGroups: Int?
  let actFn: String?
  let midBlockAddAttention: Bool?
  let useQuantConv: Bool?
  let usePostQuantConv: Bool?
  let scalingFactor: Double?

  private enum CodingKeys: String, CodingKey {
    case className = "_class_name"
    case inChannels = "in_channels"
    case latentChannels = "latent_channels"
    case blockOutChannels = "block_out_channels"
    case downBlockTypes = "down_block_types"
    case layersPerBlock = "layers_per_block"
    case normNumGroups = "norm_num_groups"
    case actFn = "act_fn"
    case midBlockAddAttention = "mid_block_add_attention"
    case useQuantConv = "use_quant_conv"
    case usePostQuantConv = "use_post_quant_conv"
    case scalingFactor = "scaling_factor"
  }
}
