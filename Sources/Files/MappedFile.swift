#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A whole file, read-only in memory, paged in as it is touched.
///
/// The mapping lives as long as the object. A file that another process cuts short while it is
/// mapped ends the program (SIGBUS); our own files are replaced by rename, never cut.
public final class MappedFile: @unchecked Sendable {
  // Unchecked: the mapping is private, read-only and never changes between init and deinit.

  /// The path as the caller gave it.
  public let path: String
  /// The file's bytes; empty for an empty file.
  ///
  /// Swift may release an object after its last use: unless the file is stored somewhere, reach the
  /// bytes through ``withBytes(_:)``.
  public let bytes: UnsafeRawBufferPointer
  /// The file's size in bytes.
  public var count: Int { bytes.count }

  /// Maps `path`.
  ///
  /// - Throws: ``FileError`` where it is missing, not a regular file, or may not be read.
  public init(_ path: String) throws(FileError) {
    self.path = path
    // Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path, doing: "open", errno) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError(path, doing: "look at", errno) }
    guard info.st_mode & S_IFMT == S_IFREG else {
      let found = info.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
      throw FileError(path: path, "\(path): expected a file, found \(found)")
    }
    let size = Int(info.st_size)
    if size == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard address != MAP_FAILED else { throw FileError(path, doing: "map into memory", errno) }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Calls `body` with the file's bytes and keeps the mapping alive until it returns.
  public func withBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(self) { (file) throws(Failure) in try body(file.bytes) }
  }

  /// Lets the system drop the whole pages inside `range` from memory; they are paged in again when
  /// they are read again.
  public func releasePages(_ range: Range<Int>) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    guard first < last, let start = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), last - first, MADV_DONTNEED)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), count) }
  }
}
