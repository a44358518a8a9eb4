import Files

/// A checkpoint that ``ModelFinder/all()`` came across.
public struct FoundModel: Sendable, Equatable, Encodable {
  /// Where it was found.
  public enum Source: String, Sendable, Encodable {
    /// In a `data/models` folder.
    case data
    /// In the Hugging Face cache.
    case hub
  }

  /// What `--model` takes for it.
  public let name: String
  /// Where it was found.
  public let source: Source
  /// Its hub repository, if it has one.
  public let repository: String?
  /// Its folder.
  public let folder: String
  /// The bytes of its weight files.
  public let bytes: Int
  /// Why it cannot be used, or nil.
  public let problem: String?
}

extension ModelFinder {
  /// Every checkpoint that can be named: those in `data/models`, then those in the cache; a name in
  /// an earlier folder hides the same in a later one.
  public func all() -> [FoundModel] {
    var found: [FoundModel] = []
    for folder in modelFolders {
      for name in (try? Folder.names(in: folder)) ?? [] {
        let path = Folder.join(folder, name)
        guard Checkpoint.isCheckpoint(path), !found.contains(where: { $0.name == name }) else {
          continue
        }
        found.append(describe(path, name: name, source: .data, repository: nil))
      }
    }
    for (repository, snapshot) in hub.repositories() where Checkpoint.isCheckpoint(snapshot) {
      let name = ModelName.find(repository)?.short ?? repository
      found.append(describe(snapshot, name: name, source: .hub, repository: repository))
    }
    return found
  }

  private func describe(
    _ folder: String, name: String, source: FoundModel.Source, repository: String?
  ) -> FoundModel {
    var problem: String?
    var bytes = 0
    do throws(ModelError) {
      let checkpoint = try Checkpoint(folder: folder)
      problem = checkpoint.missing().first.map { "\($0) is missing" }
      for path in try checkpoint.weightPaths() { bytes += (try? MappedFile(path).count) ?? 0 }
    } catch { problem = error.description }
    return FoundModel(
      name: name, source: source, repository: repository, folder: folder, bytes: bytes,
      problem: problem)
  }
}
