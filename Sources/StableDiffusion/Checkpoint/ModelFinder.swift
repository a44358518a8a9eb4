import Files
import Foundation

/// Finds checkpoints by folder or name: `data/models`, then the Hugging Face cache.
public struct ModelFinder: Sendable {
  /// The `data/models` folders that are searched, in order.
  public let modelFolders: [String]
  /// The Hugging Face cache.
  public let hub: HubCache

  /// A finder that looks into these places only.
  public init(modelFolders: [String], hub: HubCache) {
    self.modelFolders = modelFolders
    self.hub = hub
  }

  /// The finder that commands use: `data/models` of the current folder and of the folders above the
  /// program, and the cache that the environment names.
  public static func standard() -> ModelFinder {
    var folders = ["data/models"]
    var above = Folder.parent(of: AbsolutePath.resolved("/proc/self/exe") ?? "")
    // The program lies in .build/<triple>/release below the repository, or beside its data.
    for _ in 0..<5 where above != "/" && above != "." {
      folders.append(Folder.join(above, "data/models"))
      above = Folder.parent(of: above)
    }
    return ModelFinder(
      modelFolders: folders, hub: HubCache(environment: ProcessInfo.processInfo.environment))
  }

  /// Opens the checkpoint that `model` means: a folder, the name of one in `data/models`, a known
  /// name (`sd15`, `SD-1.5`, fuzzy as METHOD says) or a hub repository in the cache.
  ///
  /// - Throws: ``ModelError``: what was looked for and where, with the command that downloads it.
  public func open(_ model: String) throws(ModelError) -> Checkpoint {
    guard !model.isEmpty else { throw ModelError("expected a model's folder or name, found none") }
    if Folder.isFolder(model) {
      if Checkpoint.isCheckpoint(model) { return try Checkpoint(folder: model) }
      if let snapshot = HubCache.snapshot(in: model) { return try Checkpoint(folder: snapshot) }
      // A plain name may be a model's although a folder here is called the same.
      if model.contains("/") || model == "." || model == ".." {
        return try Checkpoint(folder: model)
      }
    }
    if let folder = builtIn(model) { return try Checkpoint(folder: folder) }
    if let unsupported = ModelName.findUnsupported(model) {
      throw ModelError(
        "the model \(unsupported) is not supported; supported are \(ModelName.supported)")
    }
    if let known = ModelName.find(model) { return try cached(known.repository, asked: model) }
    if let found = hub.repositories().first(where: { isName(model, of: $0.repository) }) {
      return try Checkpoint(folder: found.snapshot)
    }
    if Self.isRepository(model) { return try cached(model, asked: model) }
    if model.contains("/") {
      throw ModelError("\(model): expected a diffusers folder, found none")
    }
    throw ModelError(
      "no model is called \"\(model)\"; known are \(knownNames().joined(separator: ", ")), and "
        + "folders of diffusers by their path")
  }

  private func isName(_ model: String, of repository: String) -> Bool {
    repository == model || ModelName.folded(repository) == ModelName.folded(model)
      || Folder.name(of: repository) == model
  }

  private func cached(_ repository: String, asked: String) throws(ModelError) -> Checkpoint {
    guard let snapshot = hub.snapshot(of: repository) else {
      let name = asked == repository ? asked : "\(asked) (\(repository))"
      throw ModelError(
        "the model \(name) is not in the Hugging Face cache \(hub.folder); this downloads it: "
          + ModelName.download(repository))
    }
    let checkpoint = try Checkpoint(folder: snapshot)
    if let missing = checkpoint.missing().first {
      throw ModelError(
        "\(snapshot): \(missing) is missing, the download of \(repository) is not complete; this "
          + "completes it: \(ModelName.download(repository))")
    }
    return checkpoint
  }

  /// The folder in `data/models` whose name is `model` but for case, blanks, `-`, `_` and `.`.
  private func builtIn(_ model: String) -> String? {
    if model.contains("/") { return nil }
    let folded = ModelName.folded(model)
    for folder in modelFolders {
      let names = (try? Folder.names(in: folder)) ?? []
      let match = names.first { $0 == model } ?? names.first { ModelName.folded($0) == folded }
      if let match, Checkpoint.isCheckpoint(Folder.join(folder, match)) {
        return Folder.join(folder, match)
      }
    }
    return nil
  }

  private func knownNames() -> [String] {
    let builtIn = all().filter { $0.source == .data }.map(\.name)
    return builtIn + ModelName.known.map(\.short)
  }

  /// Whether `model` looks like a hub repository: one slash, and no path.
  private static func isRepository(_ model: String) -> Bool {
    let parts = model.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && part != "." && part != ".."
          && part.unicodeScalars.allSatisfy {
            $0.isASCII
              && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
          }
      }
  }
}
