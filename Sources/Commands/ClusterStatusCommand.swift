public import ArgumentParser
import Cluster

/// `unetlens cluster status`: which tasks wait, run, are done or failed.
public struct ClusterStatusCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which tasks wait, run, are done or failed, with the end of a failed one's log.",
    discussion: """
      Asks squeue and looks at the work files; an accounting database is not needed.

      Example: unetlens cluster status /shared/out
      """)

  @Argument(help: "The --output that was submitted.")
  var output: String

  /// The command as the parser fills it.
  public init() {}

  /// Prints the status of every run of the folder.
  public func run() throws {
    let folder = ClusterFolder(output: output)
    for name in try folder.names() {
      print(try RunStatus(name, in: folder).text, terminator: "")
    }
  }
}
