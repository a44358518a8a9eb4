/// What `unet/config.json` holds, as far as it decides how the network is built.
struct UNetConfigFile: Decodable {
  let className: String?
  let inChannels: Int?
  let outChannels: Int?
  let blockOutChannels: [Int]?
  let downBlockTypes: [String]?
  let upBlockTypes: [String]?
  let midBlockType: Optionality
  let layersPerBlock: PerLevel?
  let transformerLayersPerBlock: PerLevel?
  let attentionHeadDim: PerLevel?
  let numAttentionHeads: PerLevel?
  let crossAttentionDim: PerLevel?
  let useLinearProjection: Bool?
  let normNumGroups: Int?
  let normEps: Double?
  let actFn: String?
  let flipSinToCos: Bool?
  let freqShift: Double?
  let centerInputSample: Bool?
  let paddingMode: String?
  /// Settings that change the network and that only other families use, with the values found.
  let others: [(key: String, value: String)]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Whether `mid_block_type` names a block, is null, or is left out (then it has the default).
  enum Optionality {
    case absent
    case null
    case named(String)
    var isPresent: Bool { if case .null = self { false } else { true } }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func value<Value: Decodable>(_ key: String) throws -> Value? {
      try container.decodeIfPresent(Value.self, forKey: Key(stringValue: key))
    }
    className = try value("_class_name")
    inChannels = try value("in_channels")
    outChannels = try value("out_channels")
    blockOutChannels = try value("block_out_channels")
    downBlockTypes = try value("down_block_types")
    upBlockTypes = try value("up_block_types")
    let mid = Key(stringValue: "mid_block_type")
    midBlockType =
      try container.contains(mid)
      ? value("mid_block_type").map { .named($0) } ?? .null : .absent
    layersPerBlock = try value("layers_per_block")
    transformerLayersPerBlock = try value("transformer_layers_per_block")
    attentionHeadDim = try value("attention_head_dim")
    numAttentionHeads = try value("num_attention_heads")
    crossAttentionDim = try value("cross_attention_dim")
    useLinearProjection = try value("use_linear_projection")
    normNumGroups = try value("norm_num_groups")
    normEps = try value("norm_eps")
    actFn = try value("act_fn")
    flipSinToCos = try value("flip_sin_to_cos")
    freqShift = try value("freq_shift")
    centerInputSample = try value("center_input_sample")
    paddingMode = try value("padding_mode")
    others = Self.usual.compactMap { key, allowed in
      guard let found = try? container.decode(Scalar.self, forKey: Key(stringValue: key)).text,
        !allowed.contains(found)
      else { return nil }
      return (key, found)
    }
  }

  /// Settings with the only values that Stable Diffusion 1.x and 2.x use.
  private static let usual: KeyValuePairs<String, Set<String>> = [
    "addition_embed_type": [], "class_embed_type": [], "encoder_hid_dim_type": [],
    "encoder_hid_dim": [], "num_class_embeds": [], "time_cond_proj_dim": [],
    "timestep_post_act": [], "time_embedding_act_fn": [], "cross_attention_norm": [],
    "time_embedding_dim": [], "reverse_transformer_layers_per_block": [],
    "time_embedding_type": ["positional"], "resnet_time_scale_shift": ["default"],
    "attention_type": ["default"], "conv_in_kernel": ["3"], "conv_out_kernel": ["3"],
    "downsample_padding": ["1"], "mid_block_scale_factor": ["1"],
    "resnet_out_scale_factor": ["1"], "dual_cross_attention": ["false"],
    "only_cross_attention": ["false"], "mid_block_only_cross_attention": ["false"],
    "resnet_skip_time_act": ["false"],
  ]

  /// Refuses networks that Stable Diffusion 1.x and 2.x do not have, by name.
  ///
  /// - Throws: ``ModelError`` naming the setting, without the file.
  func refuseOthers() throws(ModelError) {
    if let className, className != "UNet2DConditionModel" {
      throw ModelError("expected a UNet2DConditionModel, found a \(className)")
    }
    if let other = others.first {
      let hint = other.value == "text_time" ? " (SDXL)" : ""
      throw ModelError(
        "\"\(other.key)\" is \(other.value)\(hint), which is not supported; supported are "
          + ModelName.supported)
    }
    if case .named(let name) = midBlockType, name != "UNetMidBlock2DCrossAttn" {
      throw ModelError("\"mid_block_type\" is \(name); supported is UNetMidBlock2DCrossAttn")
    }
    if let inChannels, inChannels == 9 || inChannels == 8 {
      throw ModelError(
        "the U-Net takes \(inChannels) channels (an inpainting or editing model); supported are "
          + "text-to-image models, which take 4")
    }
  }
}

/// A JSON value that may be of any simple kind, as its text; null cannot be decoded.
struct Scalar: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      text = flag ? "true" : "false"
    } else if let number = try? container.decode(Double.self) {
      text = Int(exactly: number).map { "\($0)" } ?? "\(number)"
    } else if let string = try? container.decode(String.self) {
      text = string
    } else if container.decodeNil() {
      throw DecodingError.valueNotFound(
        String.self, .init(codingPath: decoder.codingPath, debugDescription: "null"))
    } else {
      text = "a list or object"
    }
  }
}
