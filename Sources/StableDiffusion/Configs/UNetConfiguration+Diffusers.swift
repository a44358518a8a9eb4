import Kernels
package import Networks

extension UNetConfiguration {
  /// The configuration in a `unet/config.json` of diffusers.
  ///
  /// - Throws: ``ModelError`` naming the file and the setting that is wrong or that these networks
  ///   do not have.
  package init(diffusers path: String) throws(ModelError) {
    let file = try ConfigFile.read(UNetConfigFile.self, from: path)
    do throws(ModelError) {
      try self.init(file)
    } catch { throw ModelError("\(path): \(error.description)") }
  }

  private init(_ file: UNetConfigFile) throws(ModelError) {
    try file.refuseOthers()
    self.init()
    inputChannels = try ConfigRange.channels(file.inChannels ?? 4, "in_channels")
    outputChannels = try ConfigRange.channels(file.outChannels ?? 4, "out_channels")
    blockChannels = file.blockOutChannels ?? [320, 640, 1280, 1280]
    let levels = blockChannels.count
    guard (1...4).contains(levels) else {
      throw ModelError("expected 1 to 4 entries in \"block_out_channels\", found \(levels)")
    }
    for width in blockChannels { _ = try ConfigRange.channels(width, "block_out_channels") }
    let attention = BlockKind.crossAttention
    downBlocks = try Self.kinds(
      file.downBlockTypes ?? Array(repeating: "CrossAttnDownBlock2D", count: 3) + ["DownBlock2D"],
      ["DownBlock2D": .plain, "CrossAttnDownBlock2D": attention], levels, "down_block_types")
    upBlocks = try Self.kinds(
      file.upBlockTypes ?? ["UpBlock2D"] + Array(repeating: "CrossAttnUpBlock2D", count: 3),
      ["UpBlock2D": .plain, "CrossAttnUpBlock2D": attention], levels, "up_block_types")
    hasMidBlock = file.midBlockType.isPresent
    layersPerBlock = try ConfigRange.counts(
      file.layersPerBlock ?? .all(2), levels, 1...8, "layers_per_block")
    transformerLayers = try ConfigRange.counts(
      file.transformerLayersPerBlock ?? .all(1), levels, 1...16, "transformer_layers_per_block")
    heads = try ConfigRange.counts(
      file.numAttentionHeads ?? file.attentionHeadDim ?? .all(8), levels, 1...1024,
      "attention_head_dim")
    crossAttentionWidth = try ConfigRange.channels(
      try ConfigRange.same(file.crossAttentionDim ?? .all(1280), levels, "cross_attention_dim"),
      "cross_attention_dim")
    usesLinearProjection = file.useLinearProjection ?? false
    normGroups = try ConfigRange.channels(file.normNumGroups ?? 32, "norm_num_groups")
    normEpsilon = Float(file.normEps ?? 1e-5)
    activation = try ConfigRange.activation(file.actFn ?? "silu", "act_fn")
    cosinesFirst = file.flipSinToCos ?? true
    frequencyShift = Float(file.freqShift ?? 0)
    centersInput = file.centerInputSample ?? false
    paddingMode = try ConfigRange.padding(file.paddingMode ?? "zeros")
    for (width, count) in zip(blockChannels, heads) {
      guard width % normGroups == 0 else {
        throw ModelError("\"norm_num_groups\" \(normGroups) does not divide \(width) channels")
      }
      guard width % count == 0 else {
        throw ModelError("\"attention_head_dim\" \(count) does not divide \(width) channels")
      }
    }
  }

  private static func kinds(
    _ names: [String], _ known: [String: BlockKind], _ levels: Int, _ key: String
  ) throws(ModelError) -> [BlockKind] {
    guard names.count == levels else {
      throw ModelError("expected \(levels) entries in \"\(key)\", found \(names.count)")
    }
    var kinds: [BlockKind] = []
    for name in names {
      guard let kind = known[name] else {
        throw ModelError(
          "\"\(key)\" has \(name); supported are \(known.keys.sorted().joined(separator: " and "))")
      }
      kinds.append(kind)
    }
    return kinds
  }
}
