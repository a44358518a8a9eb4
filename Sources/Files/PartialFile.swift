#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The temporary file that stands beside a target while its new content is written:
/// `NAME.partial-XXXXXX`.
///
/// Its writer holds a lock on it. So what a killed writer left can be told from what somebody is
/// writing now, and goes when the next one starts.
public enum PartialFile {
  /// Creates one beside `target`, open for writing, and removes those that nobody writes any more.
  ///
  /// - Throws: ``FileError`` where the system refuses.
  public static func create(
    beside target: String
  ) throws(FileError) -> (descriptor: Int32, path: String) {
    removeAbandoned(beside: target)
    while true {
      var template = Array("\(target).partial-XXXXXX".utf8CString)
      let descriptor = mkstemp(&template)
      guard descriptor >= 0 else {
        throw FileError(target, doing: "create a file beside it", errno)
      }
      let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      // Where the file system knows no locks, nobody will take the file for abandoned either.
      // Whoever holds the lock at this moment is about to remove the file: wait for that.
      _ = flock(descriptor, LOCK_EX)
      var info = stat()
      if fstat(descriptor, &info) == 0, info.st_nlink > 0 { return (descriptor, path) }
      // Another process saw it between its creation and its lock, and removed it.
      close(descriptor)
    }
  }

  private static func removeAbandoned(beside target: String) {
    let folder = Folder.parent(of: target)
    let prefix = "\(Folder.name(of: target)).partial-"
    for name in (try? Folder.names(in: folder)) ?? []
    where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
      let path = Folder.join(folder, name)
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if Folder.isFile(path), flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }
}
