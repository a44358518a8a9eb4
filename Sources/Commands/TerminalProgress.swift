import Files
import Foundation

/// Progress on standard error: a bar with the time left on a terminal, plain lines otherwise.
final class TerminalProgress: ProgressSink, @unchecked Sendable {
  // Unchecked: all state is behind the lock.
  private let lock = NSLock()
  private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
  private var task = ""
  private var started = DispatchTime.now()
  private var lastShown = DispatchTime(uptimeNanoseconds: 0)
  private var lastTenth = -1
  private var barIsOpen = false

  /// Ends an open bar, so that the line after it starts on its own.
  deinit { if barIsOpen { write("\n") } }

  func report(_ task: String, done: Int, of total: Int) {
    show(task, done, total, secondsLeft: nil)
  }

  func report(_ task: String, done: Int, of total: Int, secondsLeft: Double) {
    show(task, done, total, secondsLeft: secondsLeft)
  }

  private func show(_ task: String, _ done: Int, _ total: Int, secondsLeft: Double?) {
    lock.lock()
    defer { lock.unlock() }
    let now = DispatchTime.now()
    if task != self.task {
      closeBar()
      self.task = task
      (started, lastTenth) = (now, -1)
    }
    guard total > 0 else { return }
    let left =
      secondsLeft.map { ", \(Self.text(seconds: $0)) left in all" } ?? timeLeft(done, total, now)
    if isTerminal {
      showBar(done, total, now, left)
    } else if done * 10 / total > lastTenth {
      lastTenth = done * 10 / total
      write("\(task): \(done) of \(total)\(left)\n")
    }
  }

  func warn(_ message: String) {
    lock.lock()
    defer { lock.unlock() }
    closeBar()
    write("warning: \(message)\n")
  }

  private func showBar(_ done: Int, _ total: Int, _ now: DispatchTime, _ left: String) {
    let sinceShown = now.uptimeNanoseconds - lastShown.uptimeNanoseconds
    guard done == total || sinceShown > 100_000_000 else { return }
    lastShown = now
    let width = 24
    let filled = min(width, done * width / total)
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    write("\r\u{1B}[K\(task) \(bar) \(done)/\(total)\(left)")
    barIsOpen = true
    if done >= total { closeBar() }
  }

  private func closeBar() {
    if barIsOpen { write("\n") }
    barIsOpen = false
  }

  private func timeLeft(_ done: Int, _ total: Int, _ now: DispatchTime) -> String {
    let elapsed = Double(now.uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
    guard done > 0, done < total, elapsed > 2 else { return "" }
    return ", \(Self.text(seconds: elapsed / Double(done) * Double(total - done))) left"
  }

  private static func text(seconds: Double) -> String {
    let seconds = Int(max(0, min(seconds, 1e8)).rounded(.up))
    return seconds >= 3600
      ? "\(seconds / 3600) h \(seconds % 3600 / 60) min"
      : seconds >= 60 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds) s"
  }

  private func write(_ text: String) { StandardError.write(text) }
}

/// Warnings only: what `--quiet` leaves.
struct QuietProgress: ProgressSink {
  func report(_ task: String, done: Int, of total: Int) {}
  func warn(_ message: String) { StandardError.write("warning: \(message)\n") }
}

/// The stream for everything that is not a result.
enum StandardError {
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
