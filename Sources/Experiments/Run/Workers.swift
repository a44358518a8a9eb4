import Dispatch
import Foundation
import Synchronization

/// Runs independent jobs on every core, or on as many as `OMP_NUM_THREADS` allows.
struct Workers {
  /// The number of jobs at a time.
  let count = {
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let allowed = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"].flatMap { Int($0) }
    return min(cores, max(1, allowed ?? cores))
  }()

  /// Runs jobs 0 ..< `jobs`; after the first failure no new job begins, and it is thrown.
  func run(
    _ jobs: Int, report: @Sendable (Int) -> Void,
    body: @Sendable (Int) throws(ExperimentError) -> Void
  ) throws(ExperimentError) {
    let state = Mutex((next: 0, done: 0, failure: ExperimentError?.none))
    DispatchQueue.concurrentPerform(iterations: min(count, jobs)) { _ in
      while true {
        let job = state.withLock { state in
          defer { state.next += 1 }
          return state.failure == nil && state.next < jobs ? state.next : nil
        }
        guard let job else { return }
        do throws(ExperimentError) {
          try body(job)
        } catch {
          state.withLock { if $0.failure == nil { $0.failure = error } }
          return
        }
        // Reported inside, so that the numbers come in order.
        state.withLock {
          $0.done += 1
          report($0.done)
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
