/// A place in a file that a page author edits.
public struct SourceLocation: Hashable, Sendable {
  /// The path as it was given.
  public let file: String
  /// The line, from 1; 0 stands for the file as a whole.
  public let line: Int

  /// Line `line` of `file`.
  public init(_ file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

/// One thing that keeps a page from being published, and where it stands.
public struct PageProblem: Hashable, Sendable, CustomStringConvertible {
  /// Where to look.
  public let location: SourceLocation
  /// What is wrong there, as a clause without a full stop.
  public let message: String

  /// A problem at `location`.
  public init(_ location: SourceLocation, _ message: String) {
    self.location = location
    self.message = message
  }

  /// `file:line: message`, as compilers write it, so that editors jump there.
  public var description: String {
    location.line > 0
      ? "\(location.file):\(location.line): \(message)" : "\(location.file): \(message)"
  }
}

/// A page that could not be built: every problem found, in order of file and line.
public struct PageError: Error, CustomStringConvertible {
  /// The problems, each once.
  public let problems: [PageProblem]

  /// An error of these problems.
  public init(_ problems: [PageProblem]) {
    self.problems = Set(problems).sorted {
      ($0.location.file, $0.location.line, $0.message)
        < ($1.location.file, $1.location.line, $1.message)
    }
  }

  /// An error of one problem with `file` as a whole.
  public init(_ file: String, _ message: String) {
    self.init([PageProblem(SourceLocation(file, line: 0), message)])
  }

  /// One line a problem.
  public var description: String {
    if problems.count == 1 { return problems[0].description }
    let lines = problems.map { "  \($0)" }.joined(separator: "\n")
    return "the page has \(problems.count) problems, and nothing was written:\n\(lines)"
  }
}
