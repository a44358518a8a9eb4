import ArgumentParser
import StableDiffusion

/// `unetlens extract`: representations of images into a file.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Run images through a U-Net and save what comes out inside it.",
    discussion: """
      Example: unetlens extract --model sd15 --image cat.png dog.png --positions blocks \
      --output representations.safetensors

      The file holds one float32 tensor a position, [images, channels, height, width]; beside it,
      provenance_<name>.json says where it comes from.
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

  @Option(
    name: .long,
    help: """
      What to write: one safetensors file, or a folder of float16 files for the page's explorer, \
      every image cut to its middle square and in a batch of its own.
      """)
  var format = ExtractionFormat.safetensors

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Timesteps for the explorer; --timestep where none are given.")
  var timesteps: [Int] = []

  @Option(name: .long, help: "The safetensors file to write, or the explorer's folder.")
  var output: String

  @OptionGroup var extraction: ExtractionOptions
  @OptionGroup var shared: SharedOptions

  /// What arguments alone can be wrong about.
  func validate() throws {
    guard format == .explorer || timesteps.isEmpty else {
      throw ValidationError("--timesteps needs --format explorer.")
    }
  }

  func run() throws {
    let progress = shared.progress
    let checkpoint = try ModelFinder.standard().open(model)
    let layers = try checkpoint.layers(named: positions)
    let side = try format == .explorer ? size ?? checkpoint.nativeSide() : size
    let images = try ImageList(image, side: format == .explorer ? nil : side)
    let extractor = try RepresentationExtractor(
      checkpoint, settings: extraction.settings(prompt: prompt),
      imageSide: side ?? images.largestSide, progress: progress)
    let record = try ExtractionRecord(
      checkpoint, images: images, options: options(side: side), version: Version.current)
    switch format {
    case .safetensors:
      try ExtractionRun(
        extractor, images: images, layers: layers, timestep: extraction.timestep,
        batchSize: extraction.batchSize
      ).write(to: output, progress: progress)
      try record.write(beside: output)
    case .explorer:
      try ExplorerExport(
        extractor, images: images, layers: layers, timesteps: chosenTimesteps,
        side: side ?? 512
      ).write(to: output, record: record, progress: progress)
    }
  }

  private var chosenTimesteps: [Int] { timesteps.isEmpty ? [extraction.timestep] : timesteps }

  /// The options that change what is written, in fixed order.
  private func options(side: Int?) -> [(name: String, value: String)] {
    var options = [("positions", positions.map(ExtractionRecord.quoted).joined(separator: " "))]
    if format == .explorer {
      options.append(("format", format.rawValue))
      options.append(("timesteps", chosenTimesteps.map(String.init).joined(separator: " ")))
    } else {
      options.append(("timestep", "\(extraction.timestep)"))
      options.append(("batch-size", "\(extraction.batchSize)"))
    }
    options += [
      ("seed", extraction.seed.description), ("prompt", ExtractionRecord.quoted(prompt)),
      ("pixel-range", extraction.pixelRange.rawValue), ("weights", extraction.weights.rawValue),
      ("precision", extraction.precision.rawValue),
    ]
    if let side { options.append(("size", "\(side)")) }
    return options
  }
}

/// What `unetlens extract` writes.
enum ExtractionFormat: String, CaseIterable, ExpressibleByArgument {
  case safetensors
  case explorer
}
