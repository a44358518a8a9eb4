internal import ArgumentParser
internal import Labeler

struct LabelExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write labels as an int64 [N, 3] array (image, x, y), and how far people agree.",
    discussion: """
      The settings that the labels were made with go into a .json beside the array.

      Example:
        unetlens label export labels --output data/high_norm_anomalies_sd15.npy
      """)

  @Argument(help: "The label folder.", completion: .directory)
  var dir: String

  @Option(name: .long, help: "The array's file, .npy.", completion: .file(extensions: ["npy"]))
  var output: String

  @Option(name: .long, help: "Whose labels; not needed where only one person labelled.")
  var labeler: String?

  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let export = try LabelExport(folder: dir, labeler: labeler)
    try export.write(to: output)
    print(
      "\(output): \(export.rows.count) patches in \(export.answered - export.none) images by"
        + " \(export.labeler) (\(export.answered) answered, \(export.none) with none)")
    for agreement in export.agreements { print(agreement.sentence) }
  }
}
