import Files

/// Finds out where a task without results stands.
final class TaskReader {
  private let name: String
  private let folder: ClusterFolder
  private let record: JobRecord
  private let queue: [QueueEntry]
  private let slurm: Slurm
  /// What was asked for so far: one question a job, however many of its tasks failed.
  private var exitCodes: [JobNumber: [Int?: String]] = [:]

  init(
    name: String, folder: ClusterFolder, record: JobRecord, queue: [QueueEntry], slurm: Slurm
  ) {
    (self.name, self.folder, self.record) = (name, folder, record)
    (self.queue, self.slurm) = (queue, slurm)
  }

  /// Where `task` of `stage` stands, with the last `lines` of its log where it failed.
  func state(_ stage: Stage, _ task: Int, lines: Int) -> RunStatus.State {
    guard let job = record.job(stage, task: task) else { return .notSubmitted }
    let number = stage == .merge ? nil : task
    let entry = queue.first { $0.job == job.number.number && $0.task == number }
    if let entry, entry.isRunning { return .running(nodes: entry.nodes) }
    if let entry, entry.isWaiting { return .waiting(reason: entry.reason) }
    if entry?.state == "CANCELLED" { return .cancelled }
    let log = Folder.join(
      folder.logs,
      ClusterFolder.logName(
        stage, name, job: "\(job.number.number)", task: number.map(String.init)))
    let tail = LogTail.lines(of: log, count: lines)
    // A queue that has forgotten the job: it never ran, or Slurm's last word is in its log.
    if entry == nil, job.cancelled == true,
      tail?.contains(where: { $0.contains(" CANCELLED AT ") }) ?? true
    {
      return .cancelled
    }
    var how = entry.map { $0.nodes.isEmpty ? $0.state : "\($0.state) on \($0.nodes)" } ?? "ended"
    if tail == nil, exitCode(job.number, number) == "0:53" {
      how += ", where Slurm could not open the log: that node does not see this file system; use an"
      how += " --output that all nodes share"
    }
    return .failed(how: how, log: log, tail: tail ?? [])
  }

  private func exitCode(_ job: JobNumber, _ task: Int?) -> String? {
    if exitCodes[job] == nil { exitCodes[job] = slurm.exitCodes(job) }
    return exitCodes[job]?[task]
  }
}
