import Files

/// Where a writer's bytes go: into memory, or through a buffer into a file.
struct ByteSink {
  /// Bytes held back before they go to the file, so that small pieces cost no system call each.
  private static let bufferSize = 1 << 16

  /// All bytes so far, where there is no file; else those not written yet.
  private(set) var pending: [UInt8] = []
  /// The number of bytes so far.
  private(set) var count = 0
  private let descriptor: Int32?
  private let path: String

  /// A sink that keeps everything in `pending`.
  init() {
    descriptor = nil
    path = ""
  }

  private init(_ descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Replaces the file at `path` by what `body` puts into the sink, or leaves it untouched.
  static func write(
    to path: String, _ body: (inout ByteSink) throws(FileError) -> Void
  ) throws(TensorError) {
    do throws(FileError) {
      try Folder.create(Folder.parent(of: path))
      try AtomicFile.replace(path) { (descriptor) throws(FileError) in
        var sink = ByteSink(descriptor, path: path)
        try body(&sink)
        try sink.flush()
      }
    } catch { throw TensorError(error) }
  }

  /// The bytes that `body` puts into a sink in memory.
  static func bytes(_ body: (inout ByteSink) throws(FileError) -> Void) -> [UInt8] {
    var sink = ByteSink()
    // Memory takes everything: only files fail.
    try? body(&sink)
    return sink.pending
  }

  /// Adds small pieces.
  mutating func append(_ bytes: some Collection<UInt8>) throws(FileError) {
    pending += bytes
    count += bytes.count
    if pending.count >= Self.bufferSize { try flush() }
  }

  /// Adds the bytes of an array, without a copy where they go to a file.
  mutating func append(_ storage: ArrayStorage) throws(FileError) {
    try flush()
    count += storage.count
    guard let descriptor else {
      storage.withBytes { pending += $0 }
      return
    }
    let path = path
    try storage.withBytes { (bytes) throws(FileError) in
      try AtomicFile.writeAll(bytes, to: descriptor, path: path)
    }
  }

  private mutating func flush() throws(FileError) {
    guard let descriptor, !pending.isEmpty else { return }
    let path = path
    try pending.withUnsafeBufferPointer { (buffer) throws(FileError) in
      try AtomicFile.writeAll(UnsafeRawBufferPointer(buffer), to: descriptor, path: path)
    }
    pending.removeAll(keepingCapacity: true)
  }
}

extension [UInt8] {
  /// Adds `number` in little-endian order.
  mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}
