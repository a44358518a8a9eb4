internal import ArgumentParser
internal import Dataset
import Files

struct DatasetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Make a dataset of square images from ImageNet or any folders of pictures.",
    discussion: """
      SOURCE is a folder of class folders (ImageNet's train/), a flat folder, or a tar archive \
      (ILSVRC2012_img_train.tar is read in place, never unpacked). Pictures whose shorter side is \
      under --min-side are skipped; of the others the first --per-class of each class are turned \
      upright, cropped to their centre square and resized as Pillow does. The output folder gets \
      00000.png and so on, metadata.csv (open it with load_dataset("imagefolder", \
      data_dir=DIR)) and manifest.json with hashes. Interrupted, it goes on when called again.

      Example:
        unetlens dataset ~/imagenet/train --output data/images
        unetlens dataset ILSVRC2012_img_train.tar --output data/images --classes 235 boxer n02123159
      """)

  @Argument(
    help: "Folders of class folders, flat folders, or tar archives.", completion: .file())
  var source: [String]

  @Option(name: .long, help: "Folder for the dataset: empty, missing, or from an earlier run.")
  var output: String

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Classes in the order of their labels: WordNet ids, ImageNet indices, names, or folder names \
      (default: the paper's five from ImageNet, every folder from anything else).
      """, valueName: "class"))
  var classes: [String] = []

  @Option(name: .long, help: "Images of each class.")
  var perClass = 100

  @Option(name: .long, help: "Skip pictures whose shorter side has fewer pixels.")
  var minSide = 350

  @Option(name: .long, help: "Side of the stored images in pixels.")
  var size = 512

  @Option(name: .long, help: "png stores exactly what was computed; jpeg (quality 95) is smaller.")
  var format = Format.png

  @Option(
    name: .long,
    help: """
      Order of the rows. shuffled: rounds of one image of every class, the classes of a round in \
      a seeded order; source: as the sources hold them.
      """)
  var order = Order.shuffled

  @Option(name: .long, help: "Seed of the shuffled order.")
  var seed: UInt64 = 42

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case png
    case jpeg
  }

  enum Order: String, ExpressibleByArgument, CaseIterable {
    case shuffled
    case source
  }

  @OptionGroup var shared: SharedOptions

  func validate() throws {
    if source.isEmpty { throw ValidationError("name at least one SOURCE") }
    if perClass < 1 { throw ValidationError("--per-class must be 1 or more") }
    if size < 1 || size > 16384 { throw ValidationError("--size must be 1 to 16384") }
    if minSide < 2 { throw ValidationError("--min-side must be 2 or more") }
  }

  func run() async throws {
    let progress = shared.progress
    let summary = try DatasetBuilder.build(
      sources: source, output: output,
      options: DatasetOptions(
        classes: classes.isEmpty ? nil : classes, perClass: perClass, minSide: minSide, size: size,
        format: format == .png ? .png : .jpeg, order: order == .source ? .source : .shuffled,
        seed: seed),
      progress: progress)
    if !summary.broken.isEmpty {
      progress.warn("\(summary.broken.count) broken files were left out")
    }
    print(
      "\(output): \(summary.images) images of \(summary.classes) classes"
        + " (\(summary.tooSmall) too small and \(summary.broken.count) broken left out)")
  }
}
