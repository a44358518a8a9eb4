import Files
import Foundation

/// Commits a site folder to a branch of a remote, with git's plumbing.
///
/// The work tree, the index and the local branches of the repository stay as they are: the tree is
/// made in an index of its own, and the commit goes straight to the remote.
public struct Publisher: Sendable {
  /// The site's folder.
  public var site: String
  /// A remote's name, address or path.
  public var remote: String
  /// The branch.
  public var branch: String
  /// A folder inside the repository that knows the remote.
  public var repository: String

  /// What a publication did.
  public enum Outcome: Sendable, Equatable {
    /// The branch now ends in this commit.
    case published(commit: String)
    /// The branch held the same files already.
    case unchanged(commit: String)
  }

  /// A publisher.
  public init(
    site: String = "site", remote: String = "origin", branch: String = "gh-pages",
    repository: String = "."
  ) {
    (self.site, self.remote, self.branch) = (site, remote, branch)
    self.repository = repository
  }

  /// Publishes.
  ///
  /// - Throws: ``PublishError`` with what is wrong or what git said.
  public func publish() throws(PublishError) -> Outcome {
    let files = try siteFiles()
    let git = Git(folder: repository)
    guard (try? git.run(["rev-parse", "--git-dir"])) != nil else {
      throw PublishError("\(repository): expected a git repository that knows \(remote)")
    }
    guard (try? git.run(["check-ref-format", "refs/heads/\(branch)"])) != nil else {
      throw PublishError("--branch \(branch): git allows no branch of this name")
    }
    let parent = try head(git)
    let tree = try writeTree(files, git)
    if let parent {
      // The history has to be there to be kept; nothing is checked out, no ref is made.
      if (try? git.run(["cat-file", "-e", "\(parent)^{commit}"])) == nil {
        try git.run([
          "fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", remote,
          "refs/heads/\(branch)",
        ])
      }
      if try git.run(["rev-parse", "\(parent)^{tree}"]) == tree {
        return .unchanged(commit: parent)
      }
    }
    let commit = try git.run(
      ["commit-tree", tree, "-m", "Publish the project page"] + (parent.map { ["-p", $0] } ?? []))
    try git.run(["push", "--quiet", remote, "\(commit):refs/heads/\(branch)"])
    return .published(commit: commit)
  }

  /// The commit at which the remote's branch ends; nil where it has none of this name.
  private func head(_ git: Git) throws(PublishError) -> String? {
    let listed = try git.run(["ls-remote", remote, "refs/heads/\(branch)"])
    return listed.split(whereSeparator: \.isWhitespace).first.map(String.init)
  }

  private func writeTree(_ files: [String], _ git: Git) throws(PublishError) -> String {
    let root = absolute(site)
    let paths = files.map { "\(root)/\($0)\n" }.joined()
    // --no-filters: the bytes as they are, whatever .gitattributes and autocrlf say.
    let hashed = try git.run(
      ["hash-object", "-w", "--no-filters", "--stdin-paths"], input: paths)
    let hashes = hashed.split(separator: "\n").map(String.init)
    guard hashes.count == files.count else {
      throw PublishError("\(site): git hashed \(hashes.count) of \(files.count) files")
    }
    var entries = zip(files, hashes).map { "100644 \($1)\t\($0)\0" }
    if !files.contains(".nojekyll") {
      // Without it GitHub would leave out whatever starts with an underscore.
      let empty = try git.run(["hash-object", "-w", "--stdin"], input: "")
      entries.append("100644 \(empty)\t.nojekyll\0")
    }
    let index = FileManager.default.temporaryDirectory
      .appendingPathComponent("unetlens-index-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: index) }
    let own = ["GIT_INDEX_FILE": index]
    try git.run(["update-index", "-z", "--index-info"], input: entries.joined(), environment: own)
    return try git.run(["write-tree"], environment: own)
  }

  private func siteFiles() throws(PublishError) -> [String] {
    guard Folder.isFolder(site) else {
      throw PublishError("\(site): expected the folder of a page; unetlens page makes one")
    }
    var files: [String] = []
    try collect("", into: &files)
    guard files.contains("index.html") else {
      throw PublishError("\(site): expected a page's index.html in this folder, found none")
    }
    return files
  }

  private func collect(_ below: String, into files: inout [String]) throws(PublishError) {
    let folder = below.isEmpty ? site : Folder.join(site, below)
    let names: [String]
    do { names = try Folder.names(in: folder) } catch { throw PublishError(error.description) }
    for name in names where name != ".git" {
      let path = below.isEmpty ? name : "\(below)/\(name)"
      let full = Folder.join(site, path)
      if FileTree.isSymbolicLink(full) {
        throw PublishError("\(full): a symbolic link, whose target would not be published")
      }
      if name.contains(where: \.isNewline) {
        throw PublishError("\(folder): a file's name holds a line break")
      }
      if Folder.isFolder(full) { try collect(path, into: &files) } else { files.append(path) }
    }
  }

  private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}

/// A page that could not be published, as one sentence.
public struct PublishError: Error, CustomStringConvertible, Equatable {
  /// The sentence.
  public let description: String

  /// An error with this sentence.
  public init(_ description: String) { self.description = description }
}
