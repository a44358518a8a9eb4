import Experiments
import Files

/// How far a run is, from the queue and the work files alone.
package struct RunStatus: Sendable {
  /// Where one task stands.
  package enum State: Equatable, Sendable {
    /// All its results are there.
    case done
    /// On these nodes.
    case running(nodes: String)
    /// In the queue, for this reason.
    case waiting(reason: String)
    /// Ended without its results; what Slurm still knows of it, and the end of its log.
    case failed(how: String, log: String, tail: [String])
    /// Cancelled before its end.
    case cancelled
    /// Never handed to Slurm, or not needed any more when the rest was.
    case notSubmitted
  }

  /// One stage's tasks.
  package struct StageStatus: Sendable {
    /// The stage.
    package let stage: Stage
    /// The job's number; nil where it was not submitted.
    package let job: Int?
    /// By task.
    package let tasks: [State]
  }

  /// The model's name.
  package let name: String
  /// In their order.
  package let stages: [StageStatus]
  /// The final files, once they are there.
  package let files: [String]?
  /// Units done, and units in all.
  package let units: (done: Int, total: Int)

  /// Lines of a failed task's log that are shown.
  private static let logLines = 6

  /// Looks at the run of `name` whose arrays go to `folder`'s output.
  ///
  /// - Throws: ``ClusterError`` where there is none, or squeue cannot be asked although jobs were
  ///   submitted and the final files are not there.
  package init(_ name: String, in folder: ClusterFolder) throws(ClusterError) {
    let plan = try ClusterPlan.read(name, in: folder)
    let record = try JobRecord.read(name, in: folder)
    let arrays = FinishedRun.find(plan, in: folder)
    let finished = arrays?.isComplete == true ? arrays : nil
    let run = try plan.run(output: folder.output, readsLabels: false)
    let slurm = Slurm()
    var queue: [QueueEntry] = []
    if finished == nil, !record.jobs.isEmpty {
      queue = record.entries(try slurm.queue(record.jobs.map(\.number)), name: name)
    }
    _ = try? Folder.names(in: run.folder.path)
    let split = TaskSplit(run.plan, tasks: plan.tasks)
    let isDone = { (unit: WorkUnit) in arrays != nil || run.folder.isDone(unit) }
    let reader = TaskReader(
      name: name, folder: folder, record: record, queue: queue, slurm: slurm)
    stages = Stage.allCases.compactMap { stage in
      let tasks = split.tasks(stage)
      if tasks.isEmpty { return nil }
      return StageStatus(
        stage: stage, job: record.jobs.first { $0.stage == stage }?.number.number,
        tasks: tasks.indices.map { task in
          let isComplete = stage == .merge ? finished != nil : tasks[task].allSatisfy(isDone)
          return isComplete ? .done : reader.state(stage, task, lines: Self.logLines)
        })
    }
    self.name = name
    files = finished?.names
    let units = run.plan.units
    self.units = (units.count(where: isDone), units.count)
  }

  /// Whether anything waits or runs.
  package var isActive: Bool {
    stages.contains { stage in
      stage.tasks.contains {
        switch $0 {
        case .running, .waiting: true
        default: false
        }
      }
    }
  }
}
