import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What the site writer needs of the file system beyond `Files`.
enum FileTree {
  static func isSymbolicLink(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
  }

  /// A new empty folder on the same file system as `path`.
  static func makeStagingFolder(beside path: String) throws(FileError) -> String {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    // "." and ".." name a folder whose neighbour cannot be made from the name alone.
    let isPlain = Folder.name(of: trimmed).contains { $0 != "." } && !isSymbolicLink(trimmed)
    if isPlain { try Folder.create(Folder.parent(of: trimmed)) } else { try Folder.create(trimmed) }
    let stem = isPlain ? trimmed : Folder.join(trimmed, ".page")
    var template = Array("\(stem).partial-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(path, doing: "create a folder beside it", errno)
    }
    return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  static func rename(_ path: String, to target: String) throws(FileError) {
    guard Glibc.rename(path, target) == 0 else {
      throw FileError(target, doing: "put the new file in place", errno)
    }
  }

  static func unlink(_ path: String) { Glibc.unlink(path) }

  static func removeFolderIfEmpty(_ path: String) { rmdir(path) }

  /// Removes a folder of ours with all that is in it.
  static func remove(_ folder: String) {
    for name in (try? Folder.names(in: folder)) ?? [] {
      let path = Folder.join(folder, name)
      if !isSymbolicLink(path), Folder.isFolder(path) { remove(path) } else { unlink(path) }
    }
    rmdir(folder)
  }
}
