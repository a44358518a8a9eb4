/// A named output inside the U-Net, spelled as diffusers spells it: `up_blocks[1].resnets[0]`.
///
/// METHOD in docs/METHOD.md, "Vocabulary": the *position* of extraction, or *layer*.
public struct Layer: Hashable, Sendable {
  /// A part of the U-Net, from input to output.
  public enum Block: Hashable, Sendable {
    case convIn
    case down(Int)
    case mid
    case up(Int)
    case convOut
  }

  /// What inside a block gives the output.
  public enum Module: Hashable, Sendable {
    /// The block's own output: for a down or up block after its sampler.
    case output
    case resnet(Int)
    case attention(Int)
    case downsampler
    case upsampler
  }

  /// The block the output belongs to.
  public let block: Block
  /// The module inside the block.
  public let module: Module

  /// The output of `module` in `block`.
  public init(_ block: Block, _ module: Module = .output) {
    self.block = block
    self.module = module
  }
}

extension Layer {
  /// The outputs of one Stable Diffusion U-Net (4 levels, 2 layers a block) in forward order, with
  /// everything that diffusers names: 46 modules, then nothing else.
  private static let modules: [Layer] = {
    var all = [Layer(.convIn)]
    for level in 0..<3 {
      for layer in 0..<2 {
        all += [Layer(.down(level), .resnet(layer)), Layer(.down(level), .attention(layer))]
      }
      all.append(Layer(.down(level), .downsampler))
    }
    all += [Layer(.down(3), .resnet(0)), Layer(.down(3), .resnet(1))]
    all += [Layer(.mid, .resnet(0)), Layer(.mid, .attention(0)), Layer(.mid, .resnet(1))]
    all += (0..<3).map { Layer(.up(0), .resnet($0)) } + [Layer(.up(0), .upsampler)]
    for level in 1..<4 {
      for layer in 0..<3 {
        all += [Layer(.up(level), .resnet(layer)), Layer(.up(level), .attention(layer))]
      }
      if level < 3 { all.append(Layer(.up(level), .upsampler)) }
    }
    all.append(Layer(.convOut))
    return all
  }()

  /// The 45 layers of the paper's experiments, in forward order.
  ///
  /// As published, `up_blocks[0].resnets[2]` is not among them.
  public static let experiments = modules.filter { $0 != Layer(.up(0), .resnet(2)) }

  /// The 11 block outputs that the explorer and the thesis use, in forward order.
  public static let blockOutputs: [Layer] =
    [Layer(.convIn)] + (0..<4).map { Layer(.down($0)) } + [Layer(.mid)]
    + (0..<4).map { Layer(.up($0)) } + [Layer(.convOut)]

  /// The 55 outputs of `--positions all`: the experiments' 45, `up_blocks[0].resnets[2]`, and the
  /// nine block outputs not among them.
  public static let all =
    experiments + [Layer(.up(0), .resnet(2))] + blockOutputs.filter { !experiments.contains($0) }
}
