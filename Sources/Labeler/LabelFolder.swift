internal import Files

/// The answers of every person in a folder, as their files have them.
public struct LabelFolder: Sendable {
  /// The folder.
  public let path: String
  /// Answers by person and image; images without any event are missing.
  public private(set) var answers: [String: [Int: Answer]]
  /// How many lines were broken, for instance cut off by a crash.
  public let brokenLines: Int

  /// People in byte order of their names.
  public var people: [String] { answers.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// Reads the folder's `labels/*.jsonl`; a folder without any has no people.
  ///
  /// - Throws: ``LabelError`` where a file cannot be read.
  public init(_ path: String) throws(LabelError) {
    self.path = path
    var answers: [String: [Int: Answer]] = [:]
    var brokenLines = 0
    let folder = Self.logs(path)
    if Folder.isFolder(folder) {
      let names = try passingOn { () throws(FileError) in try Folder.names(in: folder) }
      for name in names {
        guard let person = Labelers.person(of: name) else { continue }
        let (events, broken) = try LabelLog.read(Folder.join(folder, name))
        brokenLines += broken
        var own: [Int: Answer] = [:]
        for event in events { own[event.image, default: Answer()].apply(event.change) }
        answers[person] = own
      }
    }
    self.answers = answers
    self.brokenLines = brokenLines
  }

  /// The answer of `person` about `image`.
  public func answer(of person: String, image: Int) -> Answer {
    answers[person]?[image] ?? Answer()
  }

  /// Applies an event that is already on disk; false where it changes nothing.
  @discardableResult
  mutating func apply(_ event: LabelEvent, by person: String) -> Bool {
    answers[person, default: [:]][event.image, default: Answer()].apply(event.change)
  }

  /// Where the people's files lie.
  static func logs(_ path: String) -> String { Folder.join(path, "labels") }

  /// The file of one person.
  static func log(_ path: String, _ person: String) -> String {
    Folder.join(logs(path), Labelers.fileName(of: person))
  }
}
