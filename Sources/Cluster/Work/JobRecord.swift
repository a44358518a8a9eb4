import Files

/// The jobs submitted last for a model: `.cluster/jobs-<name>.json`.
struct JobRecord: Codable, Equatable, Sendable {
  /// One submitted job.
  struct Job: Codable, Equatable, Sendable {
    var stage: Stage
    var number: JobNumber
    /// The array's tasks that were submitted; of the merge none.
    var tasks: [Int]
    /// Whether it was cancelled here: the controller soon forgets jobs that ended.
    var cancelled: Bool?
  }

  /// In the order of stages.
  var jobs: [Job] = []

  /// What was submitted for `name`; nothing where there was no submission, only a dry run.
  static func read(_ name: String, in folder: ClusterFolder) throws(ClusterError) -> JobRecord {
    let path = folder.jobs(name)
    guard Folder.isFile(path) else { return JobRecord() }
    return try JSONFile.read(JobRecord.self, from: path)
  }

  /// The job that did or does `task` of `stage`.
  func job(_ stage: Stage, task: Int) -> Job? {
    jobs.first { $0.stage == stage && (stage == .merge || $0.tasks.contains(task)) }
  }

  /// Those lines of the queue that are really of these jobs: a controller that lost its memory may
  /// give a number again.
  func entries(_ queue: [QueueEntry], name: String) -> [QueueEntry] {
    queue.filter { entry in
      jobs.contains {
        $0.number.number == entry.job && entry.jobName == JobScript.jobName($0.stage, name)
      }
    }
  }
}
