import Files

/// `manifest.json` of a folder of representations for the page's explorer; docs/FORMATS.md.
public struct ExplorerManifest: Codable, Sendable, Equatable {
  /// One block's output, the same for every image and timestep of a model.
  public struct Block: Codable, Sendable, Equatable {
    /// The layer as diffusers spells it.
    public let name: String
    /// Its part of file names, without brackets.
    public let file: String
    /// Values of a token.
    public let channels: Int
    /// Rows of tokens.
    public let height: Int
    /// Columns of tokens.
    public let width: Int
  }

  /// What one model gave.
  public struct Model: Codable, Sendable, Equatable {
    /// The model's name, which is its folder too.
    public let name: String
    /// Its hub repository, if it has one.
    public let repository: String?
    /// The side in pixels at which images went in.
    public let imageSize: Int
    /// The timesteps that are there.
    public let timesteps: [Int]
    /// The blocks that are there, in forward order.
    public let blocks: [Block]
    /// The `id` of every image that is there.
    public let images: [String]
    /// Where it comes from.
    public let record: ExtractionRecord
  }

  /// One image.
  public struct Image: Codable, Sendable, Equatable {
    /// Its part of file names.
    public let id: String
    /// The file it was, without its folder.
    public let file: String
    /// The path of its thumbnail.
    public let thumbnail: String
  }

  /// The version of this layout.
  public var format = 1
  /// Models by name.
  public var models: [Model] = []
  /// Images by id.
  public var images: [Image] = []

  /// The manifest in `folder`, or an empty one where there is none.
  ///
  /// - Throws: ``ModelError`` where it is something else.
  static func read(folder: String) throws(ModelError) -> ExplorerManifest {
    let path = Folder.join(folder, "manifest.json")
    guard Folder.isFile(path) else { return ExplorerManifest() }
    return try ConfigFile.read(ExplorerManifest.self, from: path)
  }

  /// Takes over a model and its images; others stay.
  mutating func merge(_ model: Model, images new: [Image]) {
    models.removeAll { $0.name == model.name }
    models.append(model)
    models.sort { $0.name < $1.name }
    let used = Set(models.flatMap(\.images))
    images.removeAll { old in !used.contains(old.id) || new.contains { $0.id == old.id } }
    images = (images + new).sorted { $0.id < $1.id }
  }
}
