import Files

/// Puts a site into a folder: changed files only, all of them or none.
///
/// `SHA256SUMS` in the folder lists what we wrote (`sha256sum -c SHA256SUMS` checks it). A file that
/// is not listed there is somebody else's, and is never touched.
public struct SiteWriter: Sendable {
  /// The folder's path.
  public let output: String
  /// The name of the list of files in the folder.
  public static let listName = "SHA256SUMS"

  /// What a write did.
  public struct Outcome: Sendable, Equatable {
    /// Paths that were written, in byte order.
    public var written: [String] = []
    /// The number of files that already held the right bytes.
    public var unchanged = 0
    /// Paths that an earlier page had and this one has not.
    public var removed: [String] = []
    /// Sentences about files that were left alone or had been changed by hand.
    public var warnings: [String] = []
  }

  /// A writer into `output`, which may not exist yet.
  public init(output: String) { self.output = output }

  /// Writes `site`.
  ///
  /// New bytes are first staged in a folder beside the output; only when all are there are they
  /// renamed into place.
  ///
  /// - Throws: ``PageError`` where a foreign file is in the way or the system refuses; the output
  ///   then holds what it held before.
  public func write(_ site: Site) throws(PageError) -> Outcome {
    var files = site.files
    let earlier = earlierFiles()
    var outcome = Outcome()
    if let kept = KeptDrawings(output: output, earlier: earlier).restore(&files) {
      outcome.warnings.append(kept)
    }
    files[Self.listName] = Array(Self.list(files).utf8)
    let changed = try changes(files, earlier, &outcome)
    let stale = staleFiles(files, earlier, &outcome)
    guard !changed.isEmpty || !stale.isEmpty else { return outcome }
    do {
      try swap(files, changed, stale, earlier)
    } catch { throw PageError([PageProblem(error)]) }
    for path in stale { removeEmptyFolders(above: path) }
    outcome.written = changed
    outcome.removed = stale
    return outcome
  }

  /// The list's text: lines of hash, two blanks, path, as sha256sum writes them.
  static func list(_ files: [String: [UInt8]]) -> String {
    files.keys.filter { $0 != listName }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { "\(SHA256Hex.of(files[$0] ?? []))  \($0)\n" }.joined()
  }

  /// Hashes by path of the files that we wrote before; several where a write was cut off.
  private func earlierFiles() -> [String: Set<String>] {
    guard let file = try? MappedFile(Folder.join(output, Self.listName)) else { return [:] }
    var hashes: [String: Set<String>] = [:]
    for line in file.withBytes({ String(decoding: $0, as: UTF8.self) }).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
      hashes[String(parts[1].drop { $0 == " " }), default: []].insert(String(parts[0]))
    }
    return hashes
  }

  private func changes(
    _ files: [String: [UInt8]], _ earlier: [String: Set<String>], _ outcome: inout Outcome
  ) throws(PageError) -> [String] {
    var changed: [String] = []
    var problems: [PageProblem] = []
    for path in files.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let target = Folder.join(output, path)
      let place = SourceLocation(target, line: 0)
      if let link = linkedFolder(above: path) {
        problems.append(PageProblem(place, "\(link) is a symbolic link; expected a folder"))
        continue
      }
      guard let old = try? MappedFile(target) else {
        if Folder.isFolder(target) {
          problems.append(PageProblem(place, "expected a file or nothing here, found a folder"))
        }
        changed.append(path)
        continue
      }
      let new = files[path] ?? []
      if old.count == new.count, old.withBytes({ $0.elementsEqual(new) }) {
        outcome.unchanged += 1
        continue
      }
      changed.append(path)
      if path == Self.listName { continue }
      if let hashes = earlier[path] {
        if !hashes.contains(old.withBytes(SHA256Hex.of)) {
          outcome.warnings.append("\(target) had been changed by hand; it is the page's again")
        }
      } else {
        problems.append(
          PageProblem(
            place, "this file is not ours to replace; move it away or choose another --output"))
      }
    }
    guard problems.isEmpty else { throw PageError(problems) }
    return changed
  }

  private func staleFiles(
    _ files: [String: [UInt8]], _ earlier: [String: Set<String>], _ outcome: inout Outcome
  ) -> [String] {
    var stale: [String] = []
    for path in earlier.keys.sorted() where files[path] == nil {
      // The list is a file that anybody can edit: it must not lead out of the folder.
      guard
        !path.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
          $0.isEmpty || $0 == ".."
        }), linkedFolder(above: path) == nil
      else { continue }
      let target = Folder.join(output, path)
      guard let old = try? MappedFile(target) else { continue }
      if earlier[path]?.contains(old.withBytes(SHA256Hex.of)) == true {
        stale.append(path)
      } else {
        outcome.warnings.append(
          "\(target) is no longer part of the page but was changed by hand; it stays")
      }
    }
    return stale
  }

  /// The first folder of `path` in the output that is a symbolic link, which could lead anywhere.
  private func linkedFolder(above path: String) -> String? {
    var folder = output
    for part in path.split(separator: "/").dropLast() {
      folder = Folder.join(folder, String(part))
      if FileTree.isSymbolicLink(folder) { return folder }
    }
    return nil
  }

  private func swap(
    _ files: [String: [UInt8]], _ changed: [String], _ stale: [String],
    _ earlier: [String: Set<String>]
  ) throws(FileError) {
    let staging = try FileTree.makeStagingFolder(beside: output)
    defer { FileTree.remove(staging) }
    for path in changed where path != Self.listName {
      try AtomicFile.write(files[path] ?? [], to: Folder.join(staging, path))
    }
    // Until the end the list names old and new files alike, so that a cut-off write leaves only
    // files that are known to be ours.
    let old = earlier.sorted { $0.key < $1.key }.map { path, hashes in
      hashes.sorted().map { "\($0)  \(path)\n" }.joined()
    }.joined()
    let list = Folder.join(output, Self.listName)
    try AtomicFile.write(Array((Self.list(files) + old).utf8), to: list)
    for path in changed where path != Self.listName {
      let target = Folder.join(output, path)
      try Folder.create(Folder.parent(of: target))
      try FileTree.rename(Folder.join(staging, path), to: target)
    }
    for path in stale { FileTree.unlink(Folder.join(output, path)) }
    try AtomicFile.write(files[Self.listName] ?? [], to: list)
  }

  private func removeEmptyFolders(above path: String) {
    var parent = Folder.parent(of: path)
    while parent != "." && parent != "/" {
      FileTree.removeFolderIfEmpty(Folder.join(output, parent))
      parent = Folder.parent(of: parent)
    }
  }
}
