public import ArgumentParser
import ProjectPage

/// `unetlens publish`: the site folder becomes a commit on a branch of a remote.
public struct PublishCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Commit the site folder to a branch of a git remote.",
    discussion: """
      Neither work tree nor index nor local branches change. The branch keeps its history; when it
      holds the same files already, nothing is done.

      Example: unetlens publish --remote origin --branch gh-pages
      """)

  @Option(name: .long, help: "The remote's name, address or path.")
  var remote = "origin"

  @Option(name: .long, help: "The branch to publish to.")
  var branch = "gh-pages"

  @Option(name: .long, help: "The folder to publish.")
  var site = "site"

  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Publishes and prints the commit.
  public func run() throws {
    let outcome = try Publisher(site: site, remote: remote, branch: branch).publish()
    switch outcome {
    case .published(let commit): print(commit)
    case .unchanged(let commit):
      if !shared.quiet {
        StandardError.write("nothing to publish: \(remote) \(branch) holds these files already\n")
      }
      print(commit)
    }
  }
}
