import Files

/// A Stable Diffusion checkpoint on disk: a folder as diffusers writes it.
///
/// Opening reads nothing but names; configs and weights are read when a network is built.
public struct Checkpoint: Sendable, Equatable {
  /// The folder with `unet`, `vae` and `scheduler`.
  public let folder: String
  /// The name that file names carry: `sd15` for a known release, else the folder's name.
  public let name: String
  /// The hub repository, where the folder is a snapshot in the Hugging Face cache.
  public let repository: String?

  /// The checkpoint in `folder`.
  ///
  /// - Throws: ``ModelError`` where it is no checkpoint, or one of a model that is not supported.
  public init(folder given: String) throws(ModelError) {
    var folder = given
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    guard Folder.isFolder(folder) else {
      throw ModelError("\(folder): expected a diffusers folder, found none")
    }
    guard Self.isCheckpoint(folder) else {
      throw ModelError(
        "\(folder): expected a diffusers folder with unet/config.json, found "
          + Self.contents(of: folder))
    }
    self.folder = folder
    repository = HubCache.repository(ofSnapshot: Self.absolute(folder))
    let known = repository.flatMap { ModelName.find($0) }
    name = known?.short ?? Self.fileName(repository ?? Self.absolute(folder))
    try refuseOtherPipelines()
  }

  /// Whether `folder` looks like a checkpoint of any diffusers pipeline.
  static func isCheckpoint(_ folder: String) -> Bool {
    Folder.isFile(Folder.join(folder, "model_index.json"))
      || Folder.isFile(Folder.join(folder, "unet/config.json"))
  }

  /// The path of `name` inside the folder.
  package func file(_ name: String) -> String { Folder.join(folder, name) }

  /// The text that stands for the empty prompt where there is no text encoder.
  package var emptyPrompt: String? {
    let path = file("empty_prompt.safetensors")
    return Folder.isFile(path) ? path : nil
  }

  private struct ModelIndex: Decodable {
    let className: String
    private enum CodingKeys: String, CodingKey { case className = "_class_name" }
  }

  /// Pipelines around the same networks; all have the U-Net that text-to-image has.
  private static let pipelines: Set<String> = [
    "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline",
    "StableDiffusionPipelineSafe", "LatentConsistencyModelPipeline",
  ]

  private func refuseOtherPipelines() throws(ModelError) {
    let path = file("model_index.json")
    guard Folder.isFile(path) else { return }
    let found = try ConfigFile.read(ModelIndex.self, from: path).className
    guard !Self.pipelines.contains(found) else { return }
    let families = [
      ("StableDiffusionXL", "SDXL"), ("StableDiffusion3", "SD3"), ("Flux", "FLUX"),
      ("StableDiffusionInpaint", "inpainting"),
    ]
    let family = families.first { found.hasPrefix($0.0) }.map { " (\($0.1))" } ?? ""
    throw ModelError(
      "\(path): a \(found)\(family) is not supported; supported are \(ModelName.supported), "
        + "StableDiffusionPipeline in diffusers")
  }

  private static func contents(of folder: String) -> String {
    let names = (try? Folder.names(in: folder)) ?? []
    if names.isEmpty { return "an empty folder" }
    return names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }

  /// The last component of `path`, with what file names of arrays cannot hold as `_`.
  static func fileName(_ path: String) -> String {
    let letters = Folder.name(of: path).unicodeScalars.map { scalar -> Character in
      let isKept =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
      return isKept ? Character(scalar) : "_"
    }
    return letters.isEmpty ? "model" : String(letters)
  }

  /// `path` from the root, links resolved, where it exists.
  private static func absolute(_ path: String) -> String {
    AbsolutePath.resolved(path) ?? path
  }
}
