internal import ArgumentParser
internal import Labeler

struct LabelImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over labels kept as one JSON file an image (norm_0000.json).",
    discussion: """
      Each file is a list of {"x": column, "y": row}; an empty list means "none here".

      Example:
        unetlens label import labels old-labels --labeler ann
      """)

  @Argument(help: "The label folder; made where it is missing.", completion: .directory)
  var dir: String

  @Argument(help: "The folder with norm_0000.json and so on.", completion: .directory)
  var folder: String

  @Option(name: .long, help: "Whose labels they become.")
  var labeler = "import"

  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let summary = try await LabelImport.run(into: dir, from: folder, labeler: labeler)
    print(
      "\(dir): \(summary.patches) patches in \(summary.images) images"
        + " (\(summary.none) with none) by \(labeler)")
  }
}
