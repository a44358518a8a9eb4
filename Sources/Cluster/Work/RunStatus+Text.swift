extension RunStatus {
  /// Failed tasks whose logs are shown before the rest are only counted.
  private static let mostLogs = 5

  /// The status as lines for a person.
  package var text: String {
    var lines: [String] = []
    for stage in stages {
      let job = stage.job.map { " (job \($0))" } ?? ""
      if stage.stage == .merge, let state = stage.tasks.first {
        lines.append("\(name) merge\(job): \(Self.word(state))")
      } else {
        lines.append(
          "\(name) \(stage.stage.rawValue)\(job): \(stage.tasks.count) task"
            + "\(stage.tasks.count == 1 ? "" : "s")")
        lines += Self.groups(stage.tasks)
      }
      lines += Self.logs(stage)
    }
    if let files {
      lines.append("\(name): all done, \(files.count) files")
    } else {
      lines.append("\(name): \(units.done) of \(units.total) units of work done")
    }
    return lines.map { "\($0)\n" }.joined()
  }

  private static func word(_ state: State) -> String {
    switch state {
    case .done: "done"
    case .running(let nodes): "running on \(nodes)"
    case .waiting(let reason): "waiting (\(reason))"
    case .failed(let how, _, _): "failed (\(how))"
    case .cancelled: "cancelled"
    case .notSubmitted: "not submitted"
    }
  }

  /// Tasks in the same state on one line.
  private static func groups(_ tasks: [State]) -> [String] {
    var order: [String] = []
    var numbers: [String: [Int]] = [:]
    for (task, state) in tasks.enumerated() {
      let word = word(state)
      if numbers[word] == nil { order.append(word) }
      numbers[word, default: []].append(task)
    }
    return order.map { "  \(NumberList.text(numbers[$0] ?? [])): \($0)" }
  }

  private static func logs(_ stage: StageStatus) -> [String] {
    var lines: [String] = []
    var shown = 0
    for case .failed(_, let log, let tail) in stage.tasks where !tail.isEmpty {
      shown += 1
      if shown > mostLogs { continue }
      lines.append("  the end of \(log):")
      lines += tail.map { "    | \($0)" }
    }
    if shown > mostLogs { lines.append("  and \(shown - mostLogs) more logs beside it") }
    return lines
  }
}
