public import ArgumentParser
import Files
import ProjectPage

/// `unetlens page`: cached arrays become a project page.
public struct PageCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "page",
    abstract: "Make the project page from cached arrays, a content file and templates.",
    discussion: """
      Everything that is wrong (unknown or empty slots, dead links, missing figures, numbers that are
      none) is reported together, with file and line, and then nothing is written. Files that are
      right already stay untouched.

      Example: unetlens page --data data --output site
      """)

  @OptionGroup var page: PageOptions

  @Option(name: .long, help: "The folder to write to.")
  var output = "site"

  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Builds, writes, and prints the page's path.
  public func run() throws {
    let progress = shared.progress
    let site = try page.builder.build()
    for warning in site.warnings { progress.warn(warning) }
    let outcome = try SiteWriter(output: output).write(site)
    for warning in outcome.warnings { progress.warn(warning) }
    if !shared.quiet {
      StandardError.write(
        "\(outcome.written.count) files written, \(outcome.unchanged) unchanged, "
          + "\(outcome.removed.count) removed\n")
    }
    print(Folder.join(output, "index.html"))
  }
}
