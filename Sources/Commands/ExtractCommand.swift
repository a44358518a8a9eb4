import ArgumentParser
import StableDiffusion

/// `unetlens extract`: representations of images into a file.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Run images through a U-Net and save what comes out inside it.",
    discussion: """
      Example: unetlens extract --model sd15 --image cat.png dog.png --positions blocks \
      --output representations.safetensors

      The file holds one float32 tensor a position, [images, channels, height, width].
      """)

  @Option(name: .long, help: "A model's name (see unetlens models) or a diffusers folder.")
  var model: String

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "PNG or JPEG files, or folders of them; every image of a folder in order of name.")
  var image: [String]

  @Option(
    name: .long, parsing: .upToNextOption,
    help: """
      Layers as diffusers spells them (mid_block, up_blocks[1].resnets[0]), or all, blocks \
      (the 11 block outputs) or experiments (the paper's 45).
      """)
  var positions = ["blocks"]

  @Option(name: .long, help: "The text that the U-Net attends to.")
  var prompt = ""

  @Option(
    name: .long,
    help: "Resize images to this width and height, as Pillow does; the aspect ratio is not kept.")
  var size: Int?

  @Option(name: .long, help: "The safetensors file to write.")
  var output: String

  @OptionGroup var extraction: ExtractionOptions
  @OptionGroup var shared: SharedOptions

  func run() throws {
    let progress = shared.progress
    let checkpoint = try ModelFinder.standard().open(model)
    let images = try ImageList(image, side: size)
    let layers = try checkpoint.layers(named: positions)
    let extractor = try RepresentationExtractor(
      checkpoint, settings: extraction.settings(prompt: prompt), imageSide: images.largestSide,
      progress: progress)
    try ExtractionRun(
      extractor, images: images, layers: layers, timestep: extraction.timestep,
      batchSize: extraction.batchSize
    ).write(to: output, progress: progress)
  }
}
