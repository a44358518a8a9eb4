#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Paths from the root.
enum AbsolutePath {
  /// `path` from the root with links resolved; nil where it does not exist.
  static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
