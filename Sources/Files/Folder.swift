#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Folders by path: parents, creation, listing.
public enum Folder {
  /// The folder that holds `path`; "." where the path has no slash.
  public static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component of `path`.
  public static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `folder` and `name` joined by one slash.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// Creates `path` and every missing folder above it.
  ///
  /// - Throws: ``FileError`` where something that is no folder is in the way or the system refuses.
  public static func create(_ path: String) throws(FileError) {
    if path.isEmpty || isFolder(path) { return }
    let above = parent(of: path)
    if above != path { try create(above) }
    if mkdir(path, 0o777) != 0, errno != EEXIST {
      throw FileError(path, doing: "create this folder", errno)
    }
    guard isFolder(path) else {
      throw FileError(path: path, "\(path): expected a folder, found a file")
    }
  }

  /// Whether `path` is a folder (or a link to one).
  public static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether `path` is a regular file (or a link to one).
  public static func isFile(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
  }

  /// Names in `path`, in byte order, without "." and "..".
  ///
  /// - Throws: ``FileError`` where `path` is no folder or cannot be read.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let handle = opendir(path) else {
      throw FileError(path, doing: "list this folder", errno)
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// `name` in the current folder, else in the nearest folder above the program that has it: what
  /// comes with the program (templates, data) lies in the repository above its build folder.
  public static func beside(program name: String) -> String? {
    if isFolder(name) { return name }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard realpath("/proc/self/exe", &buffer) != nil else { return nil }
    var above = parent(of: String(cString: buffer))
    for _ in 0..<5 where above != "/" && above != "." {
      if isFolder(join(above, name)) { return join(above, name) }
      above = parent(of: above)
    }
    return nil
  }
}
