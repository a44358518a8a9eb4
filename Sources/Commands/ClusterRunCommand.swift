public import ArgumentParser
import Audit
import Cluster
import Files
import Foundation

/// `unetlens cluster run`: what job scripts call.
public struct ClusterRunCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Do one task of a run: what the job scripts call.",
    discussion: """
      Works anywhere the folder is seen, without Slurm too. Results that are there are not made \
      again, and two processes may do the same task at once.

      Example: unetlens cluster run /shared/out --stage extract --task 3
               unetlens cluster run /shared/out --stage merge
      """)

  @Argument(help: "The --output that was submitted, or written by a dry run.")
  var output: String

  @Option(name: .long, help: "The model's name in file names, where the folder has several runs.")
  var name: String?

  @Option(name: .long, help: "extract, probes or merge.")
  var stage: Stage

  @Option(name: .long, help: "The task's number in its array, from 0.")
  var task: Int?

  @Option(name: .long, help: "The token that a job brings with it, to be found in .cluster.")
  var token: String?

  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Checks that an array's stage has a task, and the merge none.
  public func validate() throws {
    if stage == .merge {
      guard task == nil else { throw ValidationError("--task: the merge has no tasks.") }
    } else {
      guard task != nil else { throw ValidationError("--task: expected the task's number.") }
    }
  }

  /// Does the task; the merge prints the final files.
  public func run() throws {
    let runner = try TaskRunner(
      output: output, name: name, token: token, node: ProcessInfo.processInfo.hostName)
    if let task {
      try runner.perform(stage, task: task, progress: shared.progress)
      return
    }
    let files = try runner.merge { (words) throws(ClusterError) in
      do { return try report(words) } catch { throw ClusterError(String(describing: error)) }
    }
    for file in files { print(Folder.join(output, file)) }
  }

  /// Writes the report that `words` ask for and gives its files' names in the output folder.
  private func report(_ words: [String]) throws -> [String] {
    guard words.first == "audit" else {
      throw ClusterError("the plan asks for a report that this program cannot make: \(words)")
    }
    let (audit, _) = try AuditCommand.parse(Array(words.dropFirst())).audit()
    let outcome = try audit.report(progress: shared.progress)
    return [outcome.page, outcome.document].map(Folder.name(of:))
  }
}

extension Stage: ExpressibleByArgument {}
