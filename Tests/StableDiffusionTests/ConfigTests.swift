import Files
import Kernels
import Networks
import StableDiffusion
import TestSupport
import Testing

/// Configs as diffusers and transformers write them.
struct ConfigTests {
  private let folder = TemporaryFolder()

  private func file(_ text: String) throws -> String {
    let path = folder.file("config.json")
    try AtomicFile.write(text.utf8, to: path)
    return path
  }

  /// What SD-1.5's own file holds, with some keys changed.
  private func unet(_ changes: String = "") -> String {
    """
    {\(changes)\(changes.isEmpty ? "" : ", ")
      "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", "act_fn": "silu",
      "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
      "center_input_sample": false, "cross_attention_dim": 768,
      "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
        "DownBlock2D"],
      "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4,
      "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05,
      "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
      "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
        "CrossAttnUpBlock2D"]
    }
    """
  }

  @Test func `SD-1.5's and SD-2.1's U-Nets are read`() throws {
    #expect(try UNetConfiguration(diffusers: file(unet())) == .sd15)
    let second = try UNetConfiguration(
      diffusers: file(
        unet(
          """
          "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true,
          "cross_attention_dim": 1024, "class_embed_type": null, "dual_cross_attention": false,
          "only_cross_attention": false, "upcast_attention": true, "num_class_embeds": null,
          "mid_block_type": "UNetMidBlock2DCrossAttn", "resnet_out_scale_factor": 1.0
          """)))
    #expect(second == .sd21)
  }

  @Test func `circular padding is ours`() throws {
    let circular = try UNetConfiguration(diffusers: file(unet(#""padding_mode": "circular""#)))
    #expect(circular.paddingMode == .circular)
  }

  @Test(arguments: [
    (#""addition_embed_type": "text_time""#, "SDXL"), (#""in_channels": 9"#, "inpainting"),
    (#""act_fn": "tanh""#, "act_fn"),
    (#""block_out_channels": [30, 60, 120, 120]"#, "norm_num_groups"),
    (#""block_out_channels": []"#, "block_out_channels"),
    (#""layers_per_block": "two""#, "layers_per_block"),
    (#""layers_per_block": -1"#, "layers_per_block"),
    (#""layers_per_block": [2, 2]"#, "layers_per_block"),
    (#""block_out_channels": [320, 9999999999]"#, "block_out_channels"),
    (#""down_block_types": ["A", "B", "C", "D"]"#, "down_block_types"),
    (#""time_embedding_type": "fourier""#, "time_embedding_type"),
    (#""conv_in_kernel": 5"#, "conv_in_kernel"),
    (#""_class_name": "FluxTransformer""#, "FluxTransformer"),
    (#""padding_mode": "reflect""#, "padding_mode"),
    (#""attention_head_dim": 7"#, "attention_head_dim"),
    (#""mid_block_type": "UNetMidBlock2D""#, "mid_block_type"),
  ])
  func `other U-Nets are refused by their setting`(_ change: String, _ part: String) throws {
    let path = try file(unet(change))
    let error = #expect(throws: ModelError.self) { try UNetConfiguration(diffusers: path) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix(path) == true)
  }

  @Test(arguments: ["", "{", "[]", "null", "3", "{\"layers_per_block\": {}}", "\u{0}\u{FF}"])
  func `what is no config is said to be none`(_ text: String) throws {
    let path = try file(text)
    #expect(throws: ModelError.self) { try UNetConfiguration(diffusers: path) }
  }

  @Test func `the text encoder's width, depth and activation are read`() throws {
    let text = try TextEncoderConfiguration(
      transformers: file(
        """
        {"architectures": ["CLIPTextModel"], "hidden_act": "gelu", "hidden_size": 1024,
         "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
         "vocab_size": 49408, "max_position_embeddings": 77, "layer_norm_eps": 1e-05}
        """))
    #expect(text.hiddenSize == 1024)
    #expect(text.layers == 23)
    #expect(text.heads == 16)
    #expect(text.activation == .gelu)
    #expect(throws: ModelError.self) {
      try TextEncoderConfiguration(
        transformers: file(#"{"architectures": ["T5EncoderModel"]}"#))
    }
  }

  @Test func `the autoencoder's scaling is read`() throws {
    let autoencoder = try AutoencoderConfiguration(
      diffusers: file(
        """
        {"_class_name": "AutoencoderKL", "block_out_channels": [16, 32, 64, 64],
         "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",
           "DownEncoderBlock2D"], "layers_per_block": 1, "norm_num_groups": 8,
         "mid_block_add_attention": false, "scaling_factor": 0.5, "latents_mean": null}
        """))
    #expect(autoencoder.scalingFactor == 0.5)
    #expect(!autoencoder.hasMidAttention)
    #expect(throws: ModelError.self) {
      try AutoencoderConfiguration(diffusers: file(#"{"_class_name": "AutoencoderTiny"}"#))
    }
  }

  @Test(arguments: [
    ("PNDMScheduler", NoiseSchedule.InputScaling.none), ("DDIMScheduler", .none),
    ("EulerDiscreteScheduler", .euler),
  ])
  func `schedulers decide how the input is scaled`(
    _ name: String, _ scaling: NoiseSchedule.InputScaling
  ) throws {
    let config = try SchedulerConfig(
      path: file(
        """
        {"_class_name": "\(name)", "beta_start": 0.00085, "beta_end": 0.012,
         "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "trained_betas": null,
         "prediction_type": "v_prediction"}
        """))
    #expect(config.scaling == scaling)
    #expect(config.predictionType == "v_prediction")
    // a_50 as METHOD gives it.
    #expect(config.noise.alphaProducts[50] == 0.95157665)
  }

  @Test(arguments: [
    (#""_class_name": "FlowMatchEulerDiscreteScheduler""#, "FlowMatch"),
    (#""_class_name": "DDIMScheduler", "beta_schedule": "cosine""#, "cosine"),
    (#""_class_name": "DDIMScheduler", "trained_betas": [0.1]"#, "trained_betas"),
    (#""_class_name": "DDIMScheduler", "num_train_timesteps": 0"#, "timesteps"),
    (#""_class_name": "DDIMScheduler", "beta_end": 2"#, "beta_end"), (#""a": 1"#, "_class_name"),
  ])
  func `other schedulers are refused`(_ text: String, _ part: String) throws {
    let path = try file("{\(text)}")
    let error = #expect(throws: ModelError.self) { try SchedulerConfig(path: path) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}
