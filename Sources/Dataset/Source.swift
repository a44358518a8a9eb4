internal import Files
internal import Images

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Where pictures come from: class folders, one flat folder, or an archive of either.
enum Source {
  /// A folder of class folders; `prefix` leads from the source to them ("train/").
  case classFolders(root: String, prefix: String, names: [String])
  /// A folder of pictures, which are one class called `name`.
  case flat(folder: String, name: String)
  case archive(Archive)

  /// Finds out what `path` is.
  ///
  /// - Throws: ``DatasetError`` where it is missing, neither folder nor archive, or has no pictures.
  static func open(_ path: String) throws(DatasetError) -> Source {
    guard Folder.isFolder(path) else { return .archive(try Archive(path)) }
    do throws(FileError) {
      let root = try layout(path, prefix: "")
      if let root, !root.isOnlyTrainFolder { return root }
      // ImageNet's own root: the classes lie in train/.
      let train = Folder.join(path, "train")
      if Folder.isFolder(train), let inside = try layout(train, prefix: "train/") { return inside }
      if let root { return root }
    } catch {
      throw DatasetError(error)
    }
    throw DatasetError(
      "\(path): expected pictures (.png, .jpg, .jpeg), folders of them, or archives named"
        + " CLASS.tar, found none")
  }

  private static func layout(_ folder: String, prefix: String) throws(FileError) -> Source? {
    let names = try Folder.names(in: folder).filter { !$0.hasPrefix(".") }
    let folders = names.filter { name in
      Folder.isFolder(Folder.join(folder, name)) || ClassArchive.className(name) != nil
    }
    if !folders.isEmpty { return .classFolders(root: folder, prefix: prefix, names: folders) }
    if names.contains(where: ImageFolder.isImageName) {
      return .flat(folder: folder, name: Folder.name(of: absolute(folder)))
    }
    return nil
  }

  private var isOnlyTrainFolder: Bool {
    guard case .classFolders(_, _, let names) = self else { return false }
    let splits: Set = ["train", "val", "validation", "test"]
    return names.contains("train") && splits.isSuperset(of: names)
  }

  /// The names of the classes it holds, in its order.
  ///
  /// - Throws: ``DatasetError`` where an archive is broken.
  func classNames() throws(DatasetError) -> [String] {
    switch self {
    case .classFolders(_, _, let names): names.map { ClassArchive.className($0) ?? $0 }
    case .flat(_, let name): [name]
    case .archive(let archive): try archive.classNames()
    }
  }

  /// Calls `body` with every picture whose class is wanted, in the source's order, until it returns
  /// false.
  ///
  /// - Throws: ``DatasetError`` where a folder or archive cannot be read, and what `body` throws.
  func visit(
    wanted: (String) -> Bool, _ body: (Candidate) throws(DatasetError) -> Bool
  ) throws(DatasetError) {
    switch self {
    case .classFolders(let root, let prefix, let names):
      for name in names {
        let path = Folder.join(root, name)
        if let inner = ClassArchive.className(name) {
          guard wanted(inner) else { continue }
          let archive = try Archive(path, title: prefix + name, className: inner)
          guard try archive.visit(wanted: wanted, body) else { return }
        } else {
          guard wanted(name) else { continue }
          let below = prefix + name + "/"
          guard try Self.visit(path, name, below, wanted: wanted, body) else { return }
        }
      }
    case .flat(let folder, let name):
      _ = try Self.visit(folder, name, "", wanted: wanted, body)
    case .archive(let archive):
      _ = try archive.visit(wanted: wanted, body)
    }
  }

  private static func visit(
    _ folder: String, _ className: String, _ prefix: String, wanted: (String) -> Bool,
    _ body: (Candidate) throws(DatasetError) -> Bool
  ) throws(DatasetError) -> Bool {
    let paths: [String]
    do throws(FileError) {
      paths = try ImageFolder.list(folder)
    } catch {
      throw DatasetError(error)
    }
    for path in paths {
      guard wanted(className) else { return true }
      let source = prefix + Folder.name(of: path)
      guard try body(Candidate(className: className, source: source, path: path)) else {
        return false
      }
    }
    return true
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Archives that hold one class and are named after it: `n02106662.tar`.
enum ClassArchive {
  /// The class of an archive of this name, or nil where it is no archive's name.
  static func className(_ name: String) -> String? {
    name.lowercased().hasSuffix(".tar") && name.utf8.count > 4 ? String(name.dropLast(4)) : nil
  }
}
