import Dispatch
package import Files
import Synchronization

/// Progress of a whole audit: what is done of each stage, and how long all of them will take.
///
/// Until a stage has begun its length is guessed from the stages before it, by shares assumed
/// for an SD-1.5-size checkpoint and twenty images (estimated, not measured); once it runs, it is
/// measured.
package final class AuditProgress: ProgressSink {
  /// The stages in their order: the tasks that the experiments report, and their usual shares.
  private static let stages: [(task: String, share: Double)] = [
    ("Extracting representations", 0.86), ("Training probes", 0.06), ("Counting token pairs", 0.05),
    ("Drawing the report", 0.03),
  ]

  private struct State {
    /// The stage that runs, by its place.
    var stage = -1
    /// When it reported for the first time, and what had been done by then.
    var began = DispatchTime.now()
    var before = 0
    /// Seconds and usual share of what was done in stages that ended.
    var seconds = 0.0
    var share = 0.0
    /// Seconds and usual share of what was done in the stage that runs.
    var current = (seconds: 0.0, share: 0.0)
  }

  private let sink: any ProgressSink
  private let state = Mutex(State())

  /// Progress that is shown by `sink`.
  package init(_ sink: any ProgressSink) { self.sink = sink }

  /// Passes the report on, with the time that is left.
  package func report(_ task: String, done: Int, of total: Int) {
    let left = state.withLock { Self.secondsLeft(&$0, task, done, total) }
    if let left {
      sink.report(task, done: done, of: total, secondsLeft: left)
    } else {
      sink.report(task, done: done, of: total)
    }
  }

  /// Passes the warning on.
  package func warn(_ message: String) { sink.warn(message) }

  /// The time that this and all later stages still take; nil while nothing can be said.
  private static func secondsLeft(
    _ state: inout State, _ task: String, _ done: Int, _ total: Int
  ) -> Double? {
    guard let stage = stages.firstIndex(where: { $0.task == task }), total > 0 else { return nil }
    let now = DispatchTime.now()
    if stage != state.stage {
      state.seconds += state.current.seconds
      state.share += state.current.share
      state.stage = stage
      // The first report comes after the first unit, of which the time is not known.
      (state.began, state.before, state.current) = (now, done, (0, 0))
    }
    let elapsed = Double(now.uptimeNanoseconds - state.began.uptimeNanoseconds) / 1e9
    let share = stages[stage].share * Double(done - state.before) / Double(total)
    state.current = (elapsed, share)
    let later = stages[(stage + 1)...].reduce(0) { $0 + $1.share }
    let rest = stages[stage].share * Double(total - done) / Double(total)
    let measured = (seconds: state.seconds + elapsed, share: state.share + share)
    guard measured.seconds > 2, measured.share > 0 else { return nil }
    let pace = measured.seconds / measured.share
    let own = elapsed > 2 && share > 0 ? elapsed / share : pace
    return rest * own + later * pace
  }
}
