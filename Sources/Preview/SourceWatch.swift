import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Notices that files changed, by looking at them.
///
/// Looking costs a stat a file and works on every file system, network ones included, where
/// notifications do not arrive.
struct SourceWatch: Sendable {
  /// Files and folders to look at; folders with all that is below them.
  let paths: [String]

  /// What decides whether something changed: every file with size, time and inode.
  func fingerprint() -> [String: [Int]] {
    var seen: [String: [Int]] = [:]
    for path in paths { look(at: path, depth: 0, &seen) }
    return seen
  }

  private func look(at path: String, depth: Int, _ seen: inout [String: [Int]]) {
    var info = stat()
    guard stat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR {
      guard depth < 6 else { return }
      for name in (try? Folder.names(in: path)) ?? [] where !name.hasPrefix(".") {
        look(at: Folder.join(path, name), depth: depth + 1, &seen)
      }
    } else {
      seen[path] = [
        Int(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec, Int(info.st_ino),
      ]
    }
  }
}
