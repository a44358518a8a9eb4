internal import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The open label folder: takes changes from several pages at once, and loses none.
public actor LabelStore {
  /// What a change led to.
  public struct Outcome: Sendable {
    /// The answer as it is on disk now.
    public let answer: Answer
    /// What happened meanwhile elsewhere, as a sentence, or nil.
    public let conflict: String?
    /// Whether the change was made.
    public let isApplied: Bool
  }

  /// A change that some page has not heard of.
  public struct News: Sendable {
    /// Who changed it.
    public let person: String
    /// The image's index.
    public let image: Int
    /// The answer now.
    public let answer: Answer
  }

  private var folder: LabelFolder
  private var logs: [String: LabelLog] = [:]
  private var history: [(person: String, image: Int)] = []
  // Held open, so that its lock lasts as long as the store.
  private let lock: Int32

  /// The number of changes made since the store was opened.
  public var version: Int { history.count }
  /// Everybody's answers.
  public var contents: LabelFolder { folder }

  /// Opens `path` for writing.
  ///
  /// - Throws: ``LabelError`` where it cannot be written, or another program has it open.
  public init(_ path: String) throws(LabelError) {
    try passingOn { () throws(FileError) in try Folder.create(LabelFolder.logs(path)) }
    let lockPath = Folder.join(path, ".lock")
    lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard lock >= 0 else { throw LabelError(FileError(lockPath, doing: "write", errno)) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw LabelError("\(path): another unetlens label has this folder open")
    }
    folder = try LabelFolder(path)
  }

  deinit { close(lock) }

  /// Makes a change, on disk before the call returns.
  ///
  /// Marks of two pages are all kept. A change of all marks at once by a page that has not seen the
  /// last ones would lose some: it is not made, and the outcome says so.
  ///
  /// - Parameter seen: the revision that the person looked at; nil where nobody looked.
  /// - Throws: ``LabelError`` where the disk is full or fails; nothing has changed then.
  public func change(
    _ event: LabelEvent, by person: String, seen: Int? = nil
  ) throws(LabelError) -> Outcome {
    let before = folder.answer(of: person, image: event.image)
    let isStale = seen.map { $0 != before.revision } ?? false
    if isStale, case .set = event.change {
      return Outcome(
        answer: before, conflict: "changed in another window: look again", isApplied: false)
    }
    var after = before
    guard after.apply(event.change) else {
      return Outcome(
        answer: before, conflict: isStale ? "already so from another window" : nil,
        isApplied: false)
    }
    guard let line = try? event.line() else { throw LabelError("an event cannot be encoded") }
    try log(of: person).append(line)
    folder.apply(event, by: person)
    history.append((person, event.image))
    return Outcome(
      answer: after, conflict: isStale ? "another window changed this image too: all is kept" : nil,
      isApplied: true)
  }

  /// What changed after `version`, each answer once.
  public func news(after version: Int) -> [News] {
    guard version >= 0, version < history.count else { return [] }
    var seen: Set<String> = []
    return history[version...].reversed().filter {
      seen.insert("\($0.image) \($0.person)").inserted
    }.map {
      News(
        person: $0.person, image: $0.image, answer: folder.answer(of: $0.person, image: $0.image))
    }
  }

  private func log(of person: String) throws(LabelError) -> LabelLog {
    if let log = logs[person] { return log }
    let log = try LabelLog(LabelFolder.log(folder.path, person))
    logs[person] = log
    return log
  }
}
