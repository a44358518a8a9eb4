internal import Files

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file read in pieces at chosen places: archives are larger than memory.
final class RandomAccessFile: Sendable {
  /// The path as the user gave it.
  let path: String
  /// The size in bytes.
  let count: Int
  private let descriptor: Int32

  /// Opens `path`.
  ///
  /// - Throws: ``DatasetError`` where it is missing, no regular file, or may not be read.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DatasetError(FileError(path, doing: "open", errno)) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw DatasetError("\(path): expected a file, found something else")
    }
    count = Int(info.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes at `range`.
  ///
  /// - Throws: ``DatasetError`` where the file ends before them or the system refuses.
  func read(_ range: Range<Int>) throws(DatasetError) -> [UInt8] {
    var failure: DatasetError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let read = pread(
          descriptor, buffer.baseAddress! + filled, range.count - filled,
          range.lowerBound + filled)
        if read < 0 && errno == EINTR { continue }
        if read <= 0 {
          failure =
            read < 0
            ? DatasetError(FileError(path, doing: "read", errno))
            : DatasetError("\(path): expected \(count) bytes, found a shorter file while reading")
          return
        }
        filled += read
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
