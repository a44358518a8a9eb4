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

  /// The exit code of a job's task as Slurm writes it ("0:53"); nil where it is forgotten.
  func exitCode(_ job: JobNumber, task: Int?) -> String? {
    let id = "\(job.number)" + (task.map { "_\($0)" } ?? "")
    let arguments = job.cluster.map { ["--clusters=\($0)"] } ?? []
    let text = try? Self.run("scontrol", arguments + ["--oneliner", "show", "job", id])
    let field = text?.split(separator: " ").first { $0.hasPrefix("ExitCode=") }
    return field.map { String($0.dropFirst("ExitCode=".count)) }
  }

  /// Runs one of Slurm's commands and gives what it prints.
  private static func run(_ tool: String, _ arguments: [String]) throws(ClusterError) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { throw ClusterError("\(tool) cannot be run: \(error)") }
    let complaint = Collected(errors.fileHandleForReading)
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let said = complaint.text()
    process.waitUntilExit()
    guard process.terminationStatus != 127 else {
      throw ClusterError(
        "\(tool): expected Slurm's commands on the PATH, found none; run this on a login node of"
          + " the cluster, or with --dry-run to write the job scripts only")
    }
    guard process.terminationStatus == 0 else {
      let lines = said.split(separator: "\n").map(String.init)
      let line = lines.last ?? "exit status \(process.terminationStatus)"
      throw ClusterError(line.hasPrefix(tool) ? line : "\(tool): \(line)")
    }
    return String(decoding: printed, as: UTF8.self)
  }

  /// Reads a pipe to its end on a thread of its own.
  private final class Collected: @unchecked Sendable {
    // Unchecked: the text is handed over through the semaphore.
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
      Thread { [self] in
        data = handle.readDataToEndOfFile()
        done.signal()
      }.start()
    }

    func text() -> String {
      done.wait()
      return String(decoding: data, as: UTF8.self)
    }
  }
}
