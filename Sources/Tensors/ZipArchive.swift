/// A zip archive, read from its central directory; entries stored or deflated.
///
/// Every entry's place is checked when the archive is opened: inside the file, overlapping no
/// other, named once. Contents come as slices of the file where stored, inflated where deflated.
struct ZipArchive {
  /// One file of the archive.
  struct Entry {
    let name: String
    let isDeflated: Bool
    let crc: UInt32
    /// Bytes once inflated, as the central directory says.
    let size: Int
    /// Where the (perhaps deflated) bytes lie in the archive.
    let data: Range<Int>
  }

  let source: ArrayStorage
  let path: String
  /// Entries in the central directory's order.
  let entries: [Entry]

  /// The entry called `name`.
  func entry(_ name: String) -> Entry? {
    places[name].map { entries[$0] }
  }

  private let places: [String: Int]

  /// Reads the central directory of `source`.
  init(_ source: ArrayStorage, path: String) throws(TensorError) {
    self.source = source
    self.path = path
    entries = try source.withBytes { (bytes) throws(TensorError) in
      try ZipDirectory(bytes, path: path).entries()
    }
    var places: [String: Int] = [:]
    places.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() {
      guard places.updateValue(place, forKey: entry.name) == nil else {
        throw TensorError(
          path: path,
          "expected every zip entry once, found two named "
            + TensorError.quoted(entry.name))
      }
    }
    self.places = places
  }

  /// The first bytes of `entry`, at most `limit`, without checking its sum.
  func prefix(of entry: Entry, limit: Int) throws(TensorError) -> ArrayStorage {
    let count = min(entry.size, limit)
    if !entry.isDeflated { return source.slice(entry.data).slice(0..<count) }
    return ArrayStorage(try inflate(entry, count))
  }

  /// All bytes of `entry`, checked against its checksum; a deflated one counts on the budget.
  ///
  /// - Parameter mayLackChecksum: a checksum of 0 says that there is none, as torch can write.
  func contents(
    of entry: Entry, budget: inout MemoryBudget, mayLackChecksum: Bool = false
  ) throws(TensorError) -> ArrayStorage {
    let contents: ArrayStorage
    if entry.isDeflated {
      if let problem = budget.take(entry.size) { throw fault(entry, problem) }
      contents = ArrayStorage(try inflate(entry, entry.size))
    } else {
      contents = source.slice(entry.data)
    }
    if mayLackChecksum, entry.crc == 0 { return contents }
    let sum = contents.withBytes { Deflate.checksum($0) }
    guard sum == entry.crc else {
      throw fault(entry, "expected bytes with checksum \(entry.crc), found \(sum): file damaged")
    }
    return contents
  }

  private func inflate(_ entry: Entry, _ count: Int) throws(TensorError) -> [UInt8] {
    try source.withBytes { (bytes) throws(TensorError) in
      let data = UnsafeRawBufferPointer(rebasing: bytes[entry.data])
      switch Deflate.inflate(data, count: count, isWhole: count == entry.size) {
      case .success(let bytes): return bytes
      case .failure(let problem): throw fault(entry, problem.reason)
      }
    }
  }

  private func fault(_ entry: Entry, _ reason: String) -> TensorError {
    TensorError(path: path, "zip entry \(TensorError.quoted(entry.name)): \(reason)")
  }
}
