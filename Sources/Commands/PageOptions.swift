public import ArgumentParser
import ProjectPage

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

  /// Options as the parser fills them.
  public init() {}

  /// The builder of that page; the content file lies among the templates unless it is named.
  var builder: PageBuilder {
    PageBuilder(
      data: data, content: content ?? "\(templates)/content.yaml", templates: templates,
      models: models, software: "unetlens \(Version.current)")
  }
}
