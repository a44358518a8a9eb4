import Files
public import Tensors

/// A folder of cached arrays: which models it holds is read off its file names.
///
/// Arrays are read when a figure asks for them, not before.
public struct DataFolder: Sendable {
  /// The folder's path as the caller gave it.
  public let path: String
  /// The folder of each file: ``path``, or that of models beside it.
  private var places: [String: String] = [:]
  /// Files that were computed and never written, by name.
  private var computed: [String: DataFile] = [:]
  /// The short names of the models with any array, in byte order.
  public private(set) var models: [String]

  /// Lists `path`.
  ///
  /// - Throws: ``FigureError`` where it is no folder or cannot be read.
  public init(_ path: String) throws(FigureError) {
    self.path = path
    do throws(FileError) {
      for name in try Folder.names(in: path) where Folder.isFile(Folder.join(path, name)) {
        places[name] = path
      }
    } catch { throw FigureError(.file, error.description) }
    models = Self.models(named: places.keys)
  }

  /// The models that files of these names belong to, in byte order.
  private static func models(named files: some Sequence<String>) -> [String] {
    var found: Set<String> = []
    for name in files {
      if let model = ArrayKind.model(ofFile: name) { found.insert(model) }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// This folder with the arrays of `chosen` models of `other`, and their records, beside its own;
  /// what both have is this folder's.
  ///
  /// - Parameter chosen: names as ``models`` of `other` has them.
  public func with(_ chosen: [String], of other: DataFolder) -> DataFolder {
    var both = self
    for (name, place) in other.places where both.places[name] == nil {
      let isChosen = chosen.contains { model in
        ArrayKind.model(ofFile: name) == model
          || name == ArrayKind.labels.fileName("auto_\(model)")
          || name == "provenance_\(model).json"
      }
      if isChosen { both.places[name] = place }
    }
    both.models = Self.models(named: both.places.keys)
    return both
  }

  /// The folder `path`, or none where it is missing, with arrays of one model that were computed
  /// from the file `source` and take the place of files of their kinds.
  ///
  /// - Throws: ``FigureError`` where the folder cannot be read, or the name cannot be a model's.
  public init(
    _ path: String, with arrays: [ArrayKind: Archive], of model: String, from source: Figure.Source
  ) throws(FigureError) {
    guard ModelName.isValid(model),
      arrays.keys.contains(where: { kind in
        kind.model(inFileName: kind.fileName(model)) == model
      })
    else {
      throw FigureError(
        .unknownName,
        "\(model): expected a model's short name of letters, digits, '.', '_' and '-'")
    }
    let there = Folder.isFolder(path) ? try DataFolder(path) : nil
    self.path = path
    for (kind, archive) in arrays {
      computed[kind.fileName(model)] = DataFile(
        path: source.name, archive: archive, source: source)
    }
    places = there?.places ?? [:]
    for name in computed.keys { places[name] = path }
    models = Self.models(named: places.keys)
  }

  /// Whether the folder has a file of this name.
  public func has(_ name: String) -> Bool { places[name] != nil }

  /// The path of the file of this name; nil where there is none.
  public func location(of name: String) -> String? { places[name].map { Folder.join($0, name) } }

  /// Whether the folder has this array of `model`.
  public func has(_ kind: ArrayKind, _ model: String) -> Bool { has(kind.fileName(model)) }

  /// The short names of the models meant by `words`, spelled as the folder spells them; all of them
  /// where `words` is empty.
  ///
  /// - Throws: ``FigureError`` naming a word that fits no model, and the models there are.
  public func models(matching words: [String]) throws(FigureError) -> [String] {
    if words.isEmpty { return models }
    var found: [String] = []
    for word in words {
      guard
        let model = models.first(where: { $0 == word })
          ?? models.first(where: { ModelName.match($0, word) })
      else {
        let known = models.isEmpty ? "no model" : models.joined(separator: ", ")
        throw FigureError(
          .unknownName, "\(path): expected arrays of the model \"\(word)\", found \(known)")
      }
      if !found.contains(model) { found.append(model) }
    }
    return found
  }

  /// A file of arrays, with its hash for provenance; nil where the folder has none of this name.
  ///
  /// - Throws: ``FigureError`` where it cannot be read.
  package func file(_ name: String) throws(FigureError) -> DataFile? {
    if let file = computed[name] { return file }
    guard let path = location(of: name) else { return nil }
    let archive: Archive
    do throws(TensorError) { archive = try ArrayFile.read(path) } catch {
      throw FigureError(.file, error.description)
    }
    let hash: String
    do throws(FileError) { hash = try SHA256Hex.ofFile(path) } catch {
      throw FigureError(.file, error.description)
    }
    return DataFile(path: path, archive: archive, source: Figure.Source(name: name, sha256: hash))
  }

  /// The file of this kind of `model`; nil where there is none.
  ///
  /// - Throws: ``FigureError`` where it cannot be read.
  package func file(
    _ kind: ArrayKind, _ model: String
  ) throws(FigureError) -> DataFile? {
    try file(kind.fileName(model))
  }
}
