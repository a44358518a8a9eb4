#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Writes files so that a reader sees the old bytes or the new ones, never a part.
///
/// The bytes go to a ``PartialFile``, are synced, and take the target's name.
public enum AtomicFile {
  /// What became of the target.
  public enum Outcome: Sendable {
    case written
    /// The target already held exactly these bytes and was left alone, its time included.
    case unchanged
  }

  /// Replaces `path` with `bytes`, creating missing folders above it.
  ///
  /// - Parameter keepIfEqual: leave the file, and its modification time, alone when it already
  ///   holds `bytes`.
  /// - Throws: ``FileError`` naming the path and what the system said.
  @discardableResult
  public static func write(
    _ bytes: some Collection<UInt8>, to path: String, keepIfEqual: Bool = false
  ) throws(FileError) -> Outcome {
    let contiguous = Array(bytes)
    if keepIfEqual, let old = try? MappedFile(path), old.count == contiguous.count,
      old.withBytes({ $0.elementsEqual(contiguous) })
    {
      return .unchanged
    }
    try Folder.create(Folder.parent(of: path))
    try replace(path) { (descriptor) throws(FileError) in
      var failure: FileError?
      contiguous.withUnsafeBytes { buffer in
        do throws(FileError) {
          try writeAll(buffer, to: descriptor, path: path)
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
    return .written
  }

  /// Replaces `path` with whatever `body` writes to the file descriptor it is given.
  ///
  /// The temporary file is removed when `body` throws.
  ///
  /// - Throws: ``FileError``, from the system or from `body`.
  public static func replace(
    _ path: String, _ body: (Int32) throws(FileError) -> Void
  ) throws(FileError) {
    let (descriptor, temporary) = try PartialFile.create(beside: path)
    var closed = false
    do throws(FileError) {
      try body(descriptor)
      let mask = umask(0)
      umask(mask)
      guard fchmod(descriptor, 0o666 & ~mask) == 0, fsync(descriptor) == 0 else {
        throw FileError(path, doing: "write", errno)
      }
      // Named before it is closed: closing drops the lock that keeps others from removing it.
      guard rename(temporary, path) == 0 else {
        throw FileError(path, doing: "put the new file in place", errno)
      }
      closed = true
      guard close(descriptor) == 0 else {
        throw FileError(path, doing: "put the new file in place", errno)
      }
    } catch {
      if !closed { close(descriptor) }
      unlink(temporary)
      throw error
    }
  }

  /// Writes all of `buffer`, whatever the system takes at a time.
  ///
  /// - Throws: ``FileError`` naming `path`, for instance on a full disk.
  public static func writeAll(
    _ buffer: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(FileError) {
    var rest = buffer
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path, doing: "write", errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
