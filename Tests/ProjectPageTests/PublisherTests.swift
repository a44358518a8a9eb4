import Files
import Foundation
import ProjectPage
import TestSupport
import Testing

/// Publishing to a bare repository beside the work tree.
struct PublisherTests {
  private let folder = TemporaryFolder()
  private var work: String { folder.file("work") }
  private var bare: String { folder.file("remote.git") }

  @discardableResult
  private func git(_ arguments: String..., at path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["git", "-C", path, "-c", "user.name=T", "-c", "user.email=t@example.org"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  private func makeRepository() throws -> Publisher {
    for path in [work, bare] { try Folder.create(path) }
    try git("init", "-q", "--bare", at: bare)
    try git("init", "-q", at: work)
    try git("config", "user.name", "T", at: work)
    try git("config", "user.email", "t@example.org", at: work)
    try git("remote", "add", "origin", bare, at: work)
    // What could change bytes or hide files on the way.
    try put("*.html text eol=crlf\n", "../.gitattributes")
    try put("*.pt\nsite/\n", "../.gitignore")
    try put("<!doctype html>\n", "index.html")
    try put("x", "arrays/a b.pt")
    try git("add", ".gitignore", at: work)
    try git("commit", "-q", "-m", "one", at: work)
    try put("staged", "../staged.txt")
    try git("add", "staged.txt", at: work)
    return Publisher(site: "\(work)/site", repository: work)
  }

  private func put(_ text: String, _ name: String) throws {
    try AtomicFile.write(Array(text.utf8), to: "\(work)/site/\(name)")
  }

  @Test func publishesKeepsHistoryAndTouchesNothingElse() throws {
    let publisher = try makeRepository()
    let before = try (
      git("status", "--porcelain", at: work), git("for-each-ref", "refs/heads", at: work)
    )
    guard case .published(let first) = try publisher.publish() else {
      Issue.record("nothing was published")
      return
    }
    #expect(try git("rev-parse", "gh-pages", at: bare) == first)
    #expect(
      try git("ls-tree", "-r", "--name-only", "gh-pages", at: bare)
        == ".nojekyll\narrays/a b.pt\nindex.html")
    #expect(try git("show", "gh-pages:index.html", at: bare) == "<!doctype html>")
    #expect(try publisher.publish() == .unchanged(commit: first))

    try put("<!doctype html>two\n", "index.html")
    // From another clone, which has none of the history yet.
    let clone = folder.file("clone")
    try Folder.create(clone)
    try git("init", "-q", at: clone)
    try git("remote", "add", "origin", bare, at: clone)
    try git("config", "user.name", "T", at: clone)
    try git("config", "user.email", "t@example.org", at: clone)
    var other = publisher
    other.repository = clone
    guard case .published(let second) = try other.publish() else {
      Issue.record("the change was not published")
      return
    }
    #expect(try git("rev-parse", "gh-pages^", at: bare) == first)
    #expect(try git("rev-parse", "gh-pages", at: bare) == second)
    let after = try (
      git("status", "--porcelain", at: work), git("for-each-ref", "refs/heads", at: work)
    )
    #expect(before == after)
  }

  @Test func refusalsAreSentences() throws {
    var publisher = try makeRepository()
    publisher.remote = "nowhere"
    #expect(throws: PublishError.self) { try publisher.publish() }
    publisher.remote = "origin"
    publisher.branch = "a..b"
    #expect(throws: PublishError.self) { try publisher.publish() }
    publisher.branch = "pages"
    publisher.site = "\(work)/nothing"
    #expect(throws: PublishError.self) { try publisher.publish() }
    publisher.site = "\(work)/site"
    try FileManager.default.createSymbolicLink(
      atPath: "\(work)/site/link", withDestinationPath: "/etc/passwd")
    #expect(throws: PublishError.self) { try publisher.publish() }
    #expect(try git("for-each-ref", at: bare).isEmpty)
  }
}
