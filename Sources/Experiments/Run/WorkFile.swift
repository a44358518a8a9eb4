import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A work file being written: bytes go beside the target, which gets its name when all are there.
///
/// Unlike ``AtomicFile`` it waits for the disk only where it is asked to: on one machine, work that a
/// power cut took is done again.
package final class WorkFile {
  private let path: String
  private let temporary: String
  private let durable: Bool
  private var descriptor: Int32

  /// Starts a file that will be `path`.
  ///
  /// - Parameter durable: whether the bytes must be on the disk before the file gets its name.
  /// - Throws: ``ExperimentError`` where the system refuses.
  package init(_ path: String, durable: Bool = false) throws(ExperimentError) {
    self.path = path
    self.durable = durable
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
    // Named before it is closed: closing drops the lock that keeps others from removing it.
    guard !durable || fsync(descriptor) == 0, rename(temporary, path) == 0, close(descriptor) == 0
    else {
      let code = errno
      unlink(temporary)
      descriptor = -1
      throw ExperimentError(FileError(path, doing: "put the new file in place", code))
    }
    descriptor = -1
  }
}
