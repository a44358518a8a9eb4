public import ArgumentParser
import Cluster

/// `unetlens cluster cancel`: takes a folder's jobs out of the queue.
public struct ClusterCancelCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancel the jobs whose results go to a folder.",
    discussion: """
      What was done stays: the command that submitted the jobs, given again, submits the rest.

      Example: unetlens cluster cancel /shared/out
      """)

  @Argument(help: "The --output that was submitted.")
  var output: String

  @Option(name: .long, help: "Cancel only the jobs of this model.")
  var name: String?

  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Cancels and prints the jobs' numbers.
  public func run() throws {
    let folder = ClusterFolder(output: output)
    var isEmpty = true
    for name in try name.map({ [try folder.onlyName($0)] }) ?? folder.names() {
      for (stage, job) in try QueuedRun(name, in: folder).cancel() {
        print("\(job) \(stage.rawValue) \(name)")
        isEmpty = false
      }
    }
    if isEmpty && !shared.quiet {
      StandardError.write("nothing to cancel: no job of \(output) is in the queue\n")
    }
  }
}
