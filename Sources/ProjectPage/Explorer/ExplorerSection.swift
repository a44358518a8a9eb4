import Files
import Foundation

/// The explorer's part of a page: its catalogue and the files that it reads on demand.
struct ExplorerSection {
  /// The catalogue as JSON.
  let catalogue: String
  /// Files by path in the site.
  private(set) var files: [String: [UInt8]] = [:]
  private(set) var warnings: [String] = []

  /// The section for `sources`; nil where there is no model to explore.
  ///
  /// - Parameters:
  ///   - label: A model's name for readers.
  ///   - link: Where a model is at home.
  /// - Throws: ``PageError`` where a source is there but wrong.
  init?(
    _ sources: ExplorerSources, content: Content, label: (String) -> String,
    link: (String) -> String?
  ) throws(PageError) {
    var catalogue = ExplorerCatalogue()
    var files: [String: [UInt8]] = [:]
    var warnings: [String] = []
    for model in try Self.builtIn(sources.models, &warnings) {
      catalogue.models.append(
        Self.add(model, label: label(model.name), link: link(model.name), to: &files))
    }
    var samples: [String: String] = [:]
    if let folder = sources.images, Folder.isFolder(folder) {
      let chosen = try SampleImages(folder: folder, content: content)
      warnings += chosen.warnings
      for sample in chosen.samples {
        catalogue.images.append(sample.image)
        samples[sample.image.id] = sample.file
        files[sample.image.thumbnail] = sample.thumbnail
        files[sample.image.file ?? ""] = sample.script
      }
    }
    if let folder = sources.representations {
      let found = try RepresentationFolder(folder: folder, budget: sources.budget)
      let taken = Set(catalogue.models.map(\.name))
      let models = found.models(label: label, link: link)
      if let twice = models.first(where: { taken.contains($0.name) }) {
        throw PageError(
          folder, "the model \(twice.name) is built in already; expected another name")
      }
      catalogue.models += models
      for image in found.images {
        // The same photograph is one entry: its built-in representations are computed.
        if samples[image.id] == image.name { continue }
        guard samples[image.id] == nil else {
          throw PageError(
            folder,
            "the image \(image.name) has the id \(image.id) of a sample of the page; "
              + "rename it and extract again")
        }
        catalogue.images.append(image)
      }
      for file in found.files { files[file.path] = try JSONFile.bytes(of: file.source) }
    }
    guard !catalogue.models.isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      self.catalogue = String(decoding: try encoder.encode(catalogue), as: UTF8.self)
    } catch {
      throw PageError(sources.folders.first ?? "explorer", "\(error)")
    }
    (self.files, self.warnings) = (files, warnings)
  }

  private static func builtIn(
    _ folder: String?, _ warnings: inout [String]
  ) throws(PageError) -> [BuiltInModel] {
    guard let folder, Folder.isFolder(folder) else { return [] }
    let names: [String]
    do { names = try Folder.names(in: folder) } catch { throw PageError([.init(error)]) }
    var models: [BuiltInModel] = []
    for name in names {
      if let model = try BuiltInModel.read(Folder.join(folder, name), warnings: &warnings) {
        models.append(model)
      }
    }
    return models
  }

  /// Adds a model's weights; what several models share, the autoencoder, lies in the page once.
  private static func add(
    _ model: BuiltInModel, label: String, link: String?, to files: inout [String: [UInt8]]
  ) -> ExplorerCatalogue.Model {
    var paths: [String: String] = [:]
    var bytes: [String: Int] = [:]
    for (part, contents) in model.parts.sorted(by: { $0.key < $1.key }) {
      let hash = SHA256Hex.of(contents).prefix(8)
      let path = "explorer/weights/\(part)-\(hash).txt"
      let script = files[path] ?? ScriptFile.bytes(contents, name: path)
      files[path] = script
      paths[part] = path
      bytes[part] = script.count
    }
    return ExplorerCatalogue.Model(
      name: model.name, label: label, link: link, imageSize: model.imageSize, files: paths,
      bytes: bytes, configs: model.configs)
  }
}
