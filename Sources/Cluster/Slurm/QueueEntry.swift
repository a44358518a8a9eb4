/// A submitted job's number, and the cluster where there are several.
package struct JobNumber: Codable, Hashable, Sendable {
  /// The number that sbatch printed; of an array, the whole array's.
  package let number: Int
  /// The cluster's name; nil for the only one.
  package let cluster: String?
}

/// One line of the queue: a job, or one task of an array.
struct QueueEntry: Equatable, Sendable {
  /// The job's number; of an array's task, the whole array's.
  let job: Int
  /// The task's number in its array.
  let task: Int?
  /// Slurm's word for the state, for instance `RUNNING`.
  let state: String
  /// The job's name.
  let jobName: String
  /// The nodes it runs or ran on.
  let nodes: String
  /// Why it waits.
  let reason: String

  /// A line of `squeue --format='%F|%K|%T|%j|%N|%r'`; nil for anything else.
  init?(line: Substring) {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimming(while: { $0 == " " }) }
    guard fields.count == 6, let job = Int(fields[0]) else { return nil }
    self.job = job
    task = Int(fields[1])
    (state, jobName, nodes, reason) = (fields[2], fields[3], fields[4], fields[5])
  }

  /// Whether the task has a machine, or is about to leave it.
  var isRunning: Bool {
    ["RUNNING", "COMPLETING", "CONFIGURING", "STAGE_OUT", "SIGNALING", "STOPPED", "SUSPENDED"]
      .contains(state)
  }

  /// Whether the task waits for its turn, a second one included.
  var isWaiting: Bool {
    ["PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT"]
      .contains(state)
  }

  /// Whether the task has not come to its end.
  var isActive: Bool { isRunning || isWaiting }
}

extension Substring {
  /// The text without such characters at both ends.
  fileprivate func trimming(while condition: (Character) -> Bool) -> String {
    var text = self
    while let last = text.last, condition(last) { text.removeLast() }
    return String(text.drop(while: condition))
  }
}
