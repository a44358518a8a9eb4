public import ProjectPage

/// The last page that could be built, and who waits for the next one.
public actor PreviewState {
  /// The files that are served.
  public private(set) var site: Site?
  /// Counts pages.
  public private(set) var version = 0
  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  private var nextWaiter = 0

  /// Nothing built yet.
  public init() {}

  /// Serves `site` from now on, and wakes who waits.
  public func show(_ site: Site) {
    self.site = site
    version += 1
    let woken = waiting.values
    waiting = [:]
    for continuation in woken { continuation.resume() }
  }

  /// The site's file at `path`, or nil.
  public func file(_ path: String) -> [UInt8]? { site?.files[path] }

  /// The version of the page once it is another than `known`, or at the latest after 20 s.
  public func version(after known: Int) async -> Int {
    guard version == known else { return version }
    let waiter = nextWaiter
    nextWaiter += 1
    let timeout = Task {
      try? await Task.sleep(for: .seconds(20))
      self.wake(waiter)
    }
    await withCheckedContinuation { waiting[waiter] = $0 }
    timeout.cancel()
    return version
  }

  private func wake(_ waiter: Int) { waiting.removeValue(forKey: waiter)?.resume() }
}
