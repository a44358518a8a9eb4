import Files

/// The Hugging Face cache: `models--OWNER--NAME` folders with `refs` and `snapshots`.
public struct HubCache: Sendable {
  /// The cache's folder.
  public let folder: String

  /// The cache that the environment names, as huggingface_hub looks for it: `HF_HUB_CACHE`, else
  /// `HUGGINGFACE_HUB_CACHE`, else `hub` in `HF_HOME`, else `huggingface/hub` in `XDG_CACHE_HOME` or
  /// `~/.cache`.
  public init(environment: [String: String]) {
    func value(_ name: String) -> String? {
      guard let text = environment[name], !text.isEmpty else { return nil }
      guard text == "~" || text.hasPrefix("~/") else { return text }
      return (environment["HOME"] ?? "") + text.dropFirst()
    }
    if let cache = value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") {
      folder = cache
    } else if let home = value("HF_HOME") {
      folder = Folder.join(home, "hub")
    } else {
      let cache = value("XDG_CACHE_HOME") ?? Folder.join(environment["HOME"] ?? "", ".cache")
      folder = Folder.join(cache, "huggingface/hub")
    }
  }

  /// The cache at `folder`.
  public init(folder: String) { self.folder = folder }

  /// The snapshot of `repository` ("owner/name") that `refs/main` names; where there is no such ref,
  /// the only snapshot, if there is just one.
  public func snapshot(of repository: String) -> String? {
    let name = repository.split(separator: "/").joined(separator: "--")
    return Self.snapshot(in: Folder.join(folder, "models--\(name)"))
  }

  /// The snapshot in a `models--OWNER--NAME` folder, chosen as ``snapshot(of:)`` says.
  static func snapshot(in repositoryFolder: String) -> String? {
    let snapshots = Folder.join(repositoryFolder, "snapshots")
    if let file = try? MappedFile(Folder.join(repositoryFolder, "refs/main")), file.count < 256 {
      let commit = file.withBytes { String(decoding: $0, as: UTF8.self) }
        .filter { !$0.isWhitespace }
      let found = Folder.join(snapshots, commit)
      if !commit.isEmpty, !commit.contains("/"), commit != "..", Folder.isFolder(found) {
        return found
      }
    }
    let names = (try? Folder.names(in: snapshots)) ?? []
    return names.count == 1 ? Folder.join(snapshots, names[0]) : nil
  }

  /// The repositories in the cache that have a snapshot, in byte order of folder name.
  public func repositories() -> [(repository: String, snapshot: String)] {
    ((try? Folder.names(in: folder)) ?? []).compactMap { name in
      guard let repository = Self.repository(ofFolderNamed: name),
        let snapshot = Self.snapshot(in: Folder.join(folder, name))
      else { return nil }
      return (repository, snapshot)
    }
  }

  /// "owner/name" for a folder named `models--owner--name`.
  static func repository(ofFolderNamed name: String) -> String? {
    let prefix = "models--"
    guard name.hasPrefix(prefix) else { return nil }
    let letters = Array(name.utf8.dropFirst(prefix.utf8.count))
    let dash = UInt8(ascii: "-")
    let cut = letters.indices.dropLast().first { letters[$0] == dash && letters[$0 + 1] == dash }
    guard let cut else { return String(decoding: letters, as: UTF8.self) }
    return String(decoding: letters[..<cut], as: UTF8.self) + "/"
      + String(decoding: letters[(cut + 2)...], as: UTF8.self)
  }

  /// The repository that `path` belongs to, where it is `…/models--O--N/snapshots/COMMIT`.
  static func repository(ofSnapshot path: String) -> String? {
    let parts = path.split(separator: "/")
    guard parts.count >= 3, parts[parts.count - 2] == "snapshots" else { return nil }
    return repository(ofFolderNamed: String(parts[parts.count - 3]))
  }
}
