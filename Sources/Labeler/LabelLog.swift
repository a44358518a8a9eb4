internal import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The append-only file of one person: every line is on disk before the call returns.
final class LabelLog {
  let path: String
  private let descriptor: Int32

  /// Opens the file, creating it where it is missing; a line that a crash cut off is closed, so
  /// that the next one starts on its own.
  ///
  /// - Throws: ``LabelError`` where it cannot be written.
  init(_ path: String) throws(LabelError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw LabelError(FileError(path, doing: "open", errno)) }
    var last: UInt8 = 10
    let size = lseek(descriptor, 0, SEEK_END)
    if size > 0 { pread(descriptor, &last, 1, size - 1) }
    if last != 10 { try append([10]) }
  }

  deinit { close(descriptor) }

  /// Writes `bytes` at the end, and waits for the disk.
  ///
  /// - Throws: ``LabelError`` where the disk is full or fails.
  func append(_ bytes: [UInt8]) throws(LabelError) {
    do throws(FileError) {
      var failure: FileError?
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) {
          try AtomicFile.writeAll(buffer, to: descriptor, path: path)
        } catch { failure = error }
      }
      if let failure { throw failure }
      guard fsync(descriptor) == 0 else { throw FileError(path, doing: "write", errno) }
    } catch {
      throw LabelError(error)
    }
  }

  /// The events of the file at `path` in their order, and how many lines are broken.
  ///
  /// - Throws: ``LabelError`` where it cannot be read.
  static func read(_ path: String) throws(LabelError) -> (events: [LabelEvent], broken: Int) {
    try passingOn { () throws(FileError) in
      try MappedFile(path).withBytes { bytes in
        var events: [LabelEvent] = []
        var broken = 0
        for line in bytes.split(separator: 10) {
          if let event = LabelEvent.parse(line) { events.append(event) } else { broken += 1 }
        }
        return (events, broken)
      }
    }
  }
}
