public import ArgumentParser
import Files
import ProjectPage
import StableDiffusion

/// What a page is made from; shared by `page` and `serve`.
public struct PageOptions: ParsableArguments {
  @Option(name: .long, help: "The folder of cached arrays.")
  var data = "data"

  @Option(name: .long, help: "The content file: title, authors, links, prose.")
  var content: String?

  @Option(name: .long, help: "The folder of templates, style sheet and script.")
  var templates = "Templates"

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Models to show, by short name (default: all in the data folder).")
  var models: [String] = []

  @Option(
    name: .long,
    help: """
      A folder from extract --format explorer: representations of models too large to run in a \
      page, for its explorer.
      """)
  var representations: String?

  @Option(name: .long, help: "The most that --representations may take; more is an error.")
  var representationsBudget = MemorySize(bytes: ExplorerSources.standardBudget)

  /// Options as the parser fills them.
  public init() {}

  /// The builder of that page; the content file lies among the templates unless it is named.
  var builder: PageBuilder {
    PageBuilder(
      data: data, content: content ?? "\(templates)/content.yaml", templates: templates,
      models: models, software: "unetlens \(Version.current)", explorer: explorer)
  }

  /// The built-in models and sample images beside the arrays, or those that come with the program.
  private var explorer: ExplorerSources {
    let own = Folder.join(data, "models")
    let folders = [own] + ModelFinder.standard().modelFolders
    let models = folders.first { Folder.isFolder($0) }
    let images =
      ([Folder.join(data, "images")]
      + folders.map {
        Folder.join(Folder.parent(of: $0), "images")
      }).first { Folder.isFolder($0) }
    return ExplorerSources(
      models: models, images: images, representations: representations,
      budget: representationsBudget.bytes)
  }
}
