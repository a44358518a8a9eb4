/// Where long work says how far it is; the program shows it, libraries only report.
public protocol ProgressSink: Sendable {
  /// `done` of `total` units of `task` are finished. Calls may come from any thread.
  func report(_ task: String, done: Int, of total: Int)
  /// The same where it is known how long all work takes that the user waits for, this task's and
  /// later ones'.
  func report(_ task: String, done: Int, of total: Int, secondsLeft: Double)
  /// One line about something the user should know, for instance what was left out.
  func warn(_ message: String)
}

extension ProgressSink {
  /// Leaves out the time.
  public func report(_ task: String, done: Int, of total: Int, secondsLeft: Double) {
    report(task, done: done, of: total)
  }
}

/// Reports to nobody.
public struct SilentProgress: ProgressSink {
  /// A sink that drops everything.
  public init() {}
  /// Does nothing.
  public func report(_ task: String, done: Int, of total: Int) {}
  /// Does nothing.
  public func warn(_ message: String) {}
}
