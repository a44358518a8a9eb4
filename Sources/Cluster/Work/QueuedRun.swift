package import Files
import Foundation

/// A run that was submitted: waits for it, or ends it.
package struct QueuedRun: Sendable {
  private let name: String
  private let folder: ClusterFolder
  /// Failures of squeue in a row that are put up with: a controller may be restarted.
  private static let patience = 20
  /// How often an end without files must be seen: a shared file system may be late.
  private static let endings = 4

  /// The run of `name` whose arrays go to `folder`'s output.
  package init(_ name: String, in folder: ClusterFolder) {
    self.name = name
    self.folder = folder
  }

  /// Waits until no job of the run is in the queue and gives the names of the final files.
  ///
  /// Asks squeue four times a second at first, and at the end every fifteen seconds.
  ///
  /// - Throws: ``ClusterError`` where the run ended without its final files.
  package func wait(progress: any ProgressSink) throws(ClusterError) -> [String] {
    var pause = 0.25
    var (failures, endings) = (0, 0)
    while true {
      do throws(ClusterError) {
        let status = try RunStatus(name, in: folder)
        if let files = status.files { return files }
        (failures, endings) = (0, status.isActive ? 0 : endings + 1)
        guard endings < Self.endings else { throw ended(status) }
        progress.report(
          "Slurm jobs of \(name): units of work", done: status.units.done, of: status.units.total)
      } catch {
        failures += 1
        guard failures < Self.patience, endings < Self.endings else { throw error }
      }
      Thread.sleep(forTimeInterval: pause)
      pause = min(15, pause * 1.2)
    }
  }

  private func ended(_ status: RunStatus) -> ClusterError {
    let failed = status.stages.compactMap { stage -> String? in
      let numbers = stage.tasks.indices.filter {
        if case .failed = stage.tasks[$0] { true } else { false }
      }
      if numbers.isEmpty { return nil }
      return stage.stage == .merge ? "merge" : "\(stage.stage.rawValue) \(NumberList.text(numbers))"
    }
    let what = failed.isEmpty ? "no job is left" : "failed: \(failed.joined(separator: ", "))"
    return ClusterError(
      "the run of \(name) ended without its files (\(what)); `unetlens cluster status"
        + " \(folder.output)` shows the logs' ends")
  }

  /// Takes the run's jobs out of the queue and gives their numbers; results so far stay.
  ///
  /// - Throws: ``ClusterError`` where Slurm cannot be asked.
  package func cancel() throws(ClusterError) -> [(stage: Stage, job: Int)] {
    var record = try JobRecord.read(name, in: folder)
    guard !record.jobs.isEmpty else { return [] }
    let slurm = Slurm()
    let queue = record.entries(try slurm.queue(record.jobs.map(\.number)), name: name)
    let active = record.jobs.filter { job in
      queue.contains { $0.job == job.number.number && $0.isActive }
    }
    guard !active.isEmpty else { return [] }
    // The last stage first, or its jobs would begin when those before them end.
    for job in active.reversed() { try slurm.cancel([job.number]) }
    for place in record.jobs.indices where active.contains(record.jobs[place]) {
      record.jobs[place].cancelled = true
    }
    try JSONFile.write(record, to: folder.jobs(name))
    return active.map { ($0.stage, $0.number.number) }
  }
}
