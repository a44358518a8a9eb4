import Files

/// A file's bytes, mapped, with errors in this module's words.
enum Source {
  /// Maps the whole file at `path`.
  static func map(_ path: String) throws(TensorError) -> ArrayStorage {
    do throws(FileError) {
      let file = try MappedFile(path)
      return ArrayStorage(file, 0..<file.count)
    } catch { throw TensorError(error) }
  }
}
