import Files
import Foundation

/// Slurm through its own commands.
package struct Slurm: Sendable {
  /// Slurm as found on the `PATH`.
  package init() {}

  /// Submits `script` and gives the job's number.
  ///
  /// - Throws: ``ClusterError`` with what sbatch complained about.
  func submit(_ arguments: [String]) throws(ClusterError) -> JobNumber {
    let printed = try Self.run("sbatch", arguments)
    // "12", or "12;cluster" where several clusters share one database.
    let parts = printed.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ";")
    guard let number = parts.first.flatMap({ Int($0) }) else {
      throw ClusterError("sbatch --parsable: expected a job's number, found \"\(printed)\"")
    }
    return JobNumber(number: number, cluster: parts.count > 1 ? String(parts[1]) : nil)
  }

  /// What the queue knows of this user's jobs among `jobs`: of those that ended, the controller
  /// forgets all but the newest.
  ///
  /// - Throws: ``ClusterError`` with what squeue complained about.
  func queue(_ jobs: [JobNumber]) throws(ClusterError) -> [QueueEntry] {
    var entries: [QueueEntry] = []
    for cluster in Set(jobs.map(\.cluster)) {
      var arguments = [
        "--noheader", "--array", "--states=all", "--user=\(getuid())",
        "--format=%F|%K|%T|%j|%N|%r",
      ]
      if let cluster { arguments.append("--clusters=\(cluster)") }
      let wanted = Set(jobs.filter { $0.cluster == cluster }.map(\.number))
      entries += try Self.run("squeue", arguments).split(separator: "\n")
        .compactMap { QueueEntry(line: $0) }.filter { wanted.contains($0.job) }
    }
    return entries
  }

  /// Cancels jobs, all of their tasks.
  ///
  /// - Throws: ``ClusterError`` with what scancel complained about.
  func cancel(_ jobs: [JobNumber]) throws(ClusterError) {
    for cluster in Set(jobs.map(\.cluster)) {
      let arguments = cluster.map { ["--clusters=\($0)"] } ?? []
      let numbers = jobs.filter { $0.cluster == cluster }.map { "\($0.number)" }
      _ = try Self.run("scancel", arguments + numbers)
    }
  }

  /// The exit codes of a job as Slurm writes them ("0:53"), by task of an array; empty where it is
  /// forgotten.
  func exitCodes(_ job: JobNumber) -> [Int?: String] {
    let arguments = job.cluster.map { ["--clusters=\($0)"] } ?? []
    let text = try? Self.run(
      "scontrol", arguments + ["--oneliner", "show", "job", "\(job.number)"])
    var codes: [Int?: String] = [:]
    for line in (text ?? "").split(separator: "\n") {
      func field(_ name: String) -> Substring? {
        line.split(separator: " ").first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
      }
      guard let code = field("ExitCode") else { continue }
      codes[field("ArrayTaskId").flatMap { Int($0) }] = String(code)
    }
    return codes
  }

  /// Runs one of Slurm's commands and gives what it prints.
  private static func run(_ tool: String, _ arguments: [String]) throws(ClusterError) -> String {
    let outcome: ChildProcess.Outcome
    do throws(FileError) { outcome = try ChildProcess.run(tool, arguments) } catch {
      throw ClusterError(error)
    }
    guard outcome.status != 127 else {
      throw ClusterError(
        "\(tool): expected Slurm's commands on the PATH, found none; run this on a login node of"
          + " the cluster, or with --dry-run to write the job scripts only")
    }
    guard outcome.status == 0 else {
      let line = outcome.complaints.last ?? "exit status \(outcome.status)"
      throw ClusterError(line.hasPrefix(tool) ? line : "\(tool): \(line)")
    }
    return outcome.output
  }
}
