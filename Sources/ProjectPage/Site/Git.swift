import Files
import Foundation

/// Runs git and takes what it prints.
struct Git {
  /// The folder to run in.
  let folder: String

  /// Runs `git arguments` and returns its output without the line break at the end.
  ///
  /// - Throws: ``PublishError`` with the first thing git complained about.
  @discardableResult
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws(PublishError) -> String {
    let outcome: ChildProcess.Outcome
    do throws(FileError) {
      outcome = try ChildProcess.run(
        "git", arguments, in: folder, input: input, environment: environment)
    } catch { throw PublishError(error.description) }
    guard outcome.status == 0 else {
      let line =
        outcome.complaints.first {
          $0.hasPrefix("fatal:") || $0.hasPrefix("error:") || $0.contains("rejected")
        } ?? outcome.complaints.first ?? "exit status \(outcome.status)"
      throw PublishError("git \(arguments.first ?? ""): \(line)")
    }
    return outcome.output.trimmingCharacters(in: .newlines)
  }
}
