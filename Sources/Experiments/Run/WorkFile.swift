import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A work file being written: bytes go beside the target, which gets its name when all are there.
///
/// Unlike ``AtomicFile`` it does not wait for the disk: after a power cut the work is done again.
package final class WorkFile {
  private let path: String
  private let temporary: String
  private var descriptor: Int32

  /// Starts a file that will be `path`.
  ///
  /// - Throws: ``ExperimentError`` where the system refuses.
  package init(_ path: String) throws(ExperimentError) {
    self.path = path
    do throws(FileError) {
      (descriptor, temporary) = try PartialFile.create(beside: path)
    } catch { throw ExperimentError(error) }
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporary)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``ExperimentError``, for instance on a full disk.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(ExperimentError) {
    do throws(FileError) {
      try AtomicFile.writeAll(bytes, to: descriptor, path: path)
    } catch { throw ExperimentError(error) }
  }

  /// Gives the file its name.
  ///
  /// - Throws: ``ExperimentError`` where the system refuses.
  package func commit() throws(ExperimentError) {
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      descriptor = -1
      throw ExperimentError(FileError(path, doing: "put the new file in place", code))
    }
    descriptor = -1
  }
}
