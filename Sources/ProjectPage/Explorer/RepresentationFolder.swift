import Files

/// What `unetlens extract --format explorer` wrote: float16 tokens of models too large for a page.
struct RepresentationFolder {
  /// The part of its `manifest.json` that a page needs; docs/FORMATS.md has the whole.
  struct Manifest: Decodable {
    struct Block: Decodable {
      let name, file: String
      let channels, height, width: Int
    }
    struct Model: Decodable {
      let name: String
      let repository: String?
      let imageSize: Int
      let timesteps: [Int]
      let blocks: [Block]
      let images: [String]
    }
    struct Image: Decodable {
      let id, file, thumbnail: String
    }
    let format: Int
    let models: [Model]
    let images: [Image]
  }

  /// Where everything lies in a page.
  private static let place = "explorer/representations"

  private let folder: String
  private let manifest: Manifest
  /// Files of the page: where each lies in the folder.
  private(set) var files: [(path: String, source: String)] = []

  /// Reads the manifest of `folder` and checks that every file is there and as large as it says.
  ///
  /// - Throws: ``PageError`` naming the first file that is not, or the bytes beyond `budget`.
  init(folder: String, budget: Int) throws(PageError) {
    self.folder = folder
    let path = Folder.join(folder, "manifest.json")
    guard Folder.isFile(path) else {
      throw PageError(
        folder,
        "expected what unetlens extract --format explorer writes, found no manifest.json in it")
    }
    manifest = try JSONFile.read(Manifest.self, from: path)
    guard manifest.format == 1 else {
      throw PageError(path, "expected format 1, found \(manifest.format)")
    }
    var bytes = 0
    for image in manifest.images { bytes += try add(image.thumbnail, expected: nil) }
    for model in manifest.models {
      try check(model, path)
      for image in model.images {
        for timestep in model.timesteps {
          for block in model.blocks {
            bytes += try add(
              "\(model.name)/\(image)/t\(timestep)/\(block.file).f16",
              expected: block.channels * block.height * block.width * 2)
          }
        }
      }
    }
    guard bytes <= budget else {
      throw PageError(
        folder,
        "the representations take \(Self.size(bytes)), more than the budget of "
          + "\(Self.size(budget)); extract fewer images, timesteps or blocks, or raise "
          + "--representations-budget")
    }
  }

  /// The folder's models for the menu.
  func models(label: (String) -> String, link: (String) -> String?) -> [ExplorerCatalogue.Model] {
    manifest.models.map { model in
      ExplorerCatalogue.Model(
        name: model.name, label: label(model.name),
        link: link(model.name)
          ?? model.repository.flatMap {
            PlainName.isPath($0) ? "https://huggingface.co/\($0)" : nil
          },
        imageSize: model.imageSize, folder: "\(Self.place)/\(model.name)",
        timesteps: model.timesteps,
        blocks: model.blocks.map {
          ExplorerCatalogue.Block(
            name: $0.name, file: $0.file, channels: $0.channels, height: $0.height, width: $0.width)
        }, images: model.images)
    }
  }

  /// The folder's pictures.
  var images: [ExplorerCatalogue.Image] {
    manifest.images.map {
      ExplorerCatalogue.Image(
        id: $0.id, name: $0.file, thumbnail: "\(Self.place)/\($0.thumbnail)")
    }
  }

  private func check(_ model: Manifest.Model, _ path: String) throws(PageError) {
    let known = Set(manifest.images.map(\.id))
    guard PlainName.isOne(model.name) else {
      throw PageError(path, "expected letters, digits, ., _ and - in a model's name")
    }
    for image in model.images where !known.contains(image) {
      throw PageError(path, "\(model.name): expected an image \(image) among images, found none")
    }
    for block in model.blocks {
      let sides = [block.channels, block.height, block.width]
      guard sides.allSatisfy({ (1...65536).contains($0) }), model.timesteps.allSatisfy({ $0 >= 0 })
      else {
        throw PageError(path, "\(model.name): \(block.name): expected sizes from 1 to 65536")
      }
    }
  }

  /// Notes a file of the page; gives its bytes.
  private mutating func add(_ path: String, expected: Int?) throws(PageError) -> Int {
    let source = Folder.join(folder, path)
    guard PlainName.isPath(path) else {
      throw PageError(
        Folder.join(folder, "manifest.json"),
        "expected paths of letters, digits, ., _ and -, found \(path)")
    }
    let size = try JSONFile.size(of: source)
    if let expected, size != expected {
      throw PageError(source, "expected \(expected) bytes of float16 tokens, found \(size)")
    }
    files.append(("\(Self.place)/\(path)", source))
    return size
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 20) - 1) >> 20) MB"
  }
}
