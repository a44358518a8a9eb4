import Files

/// An open `.safetensors` file, or a sharded checkpoint by its index, memory-mapped.
///
/// Opening reads headers only; an array's bytes are paged in when they are used.
public struct SafeTensors: Sendable {
  private struct Place: Sendable {
    let dtype: DType
    let shape: [Int]
    let storage: ArrayStorage
  }

  /// The path this was opened by.
  public let path: String
  /// Names of all arrays, in the order of the header (of the index, where sharded).
  public let names: [String]
  /// The strings of the file's `__metadata__`; those of the first shard, where sharded.
  public let metadata: [String: String]
  private let places: [String: Place]

  /// Opens a file, or a `…safetensors.index.json` and the shards beside it.
  ///
  /// - Throws: ``TensorError`` where a file is missing or damaged, or the index disagrees with it.
  public init(_ path: String) throws(TensorError) {
    let source = try Source.map(path)
    let isIndex = source.withBytes { !SafeTensorsHeader.isPlausible($0) && ShardIndex.isOne($0) }
    if isIndex {
      try self.init(index: source, path: path)
    } else {
      try self.init(source, path: path)
    }
  }

  /// Whether there is an array called `name`.
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// The shape of the array called `name`.
  public func shape(of name: String) -> [Int]? { places[name]?.shape }

  /// The element type of the array called `name`.
  public func dtype(of name: String) -> DType? { places[name]?.dtype }

  /// The array called `name`, its bytes still in the mapped file.
  ///
  /// - Throws: ``TensorError`` where there is none.
  public func array(named name: String) throws(TensorError) -> NDArray {
    guard let place = places[name] else {
      throw TensorError(
        path: path, array: name, "expected this array, found \(names.count) others")
    }
    return NDArray(dtype: place.dtype, shape: place.shape, storage: place.storage)
  }

  init(_ source: ArrayStorage, path: String) throws(TensorError) {
    let header = try source.withBytes { (bytes) throws(TensorError) in
      try SafeTensorsHeader.read(bytes, path: path)
    }
    var places: [String: Place] = [:]
    places.reserveCapacity(header.entries.count)
    for entry in header.entries {
      places[entry.name] = Place(
        dtype: entry.dtype, shape: entry.shape, storage: source.slice(entry.data))
    }
    self.path = path
    self.places = places
    names = header.entries.map(\.name)
    metadata = Dictionary(uniqueKeysWithValues: header.metadata.map { ($0.key, $0.value) })
  }

  private init(index: ArrayStorage, path: String) throws(TensorError) {
    let index = try index.withBytes { (bytes) throws(TensorError) in
      try ShardIndex(bytes, path: path)
    }
    var shards: [String: SafeTensors] = [:]
    var places: [String: Place] = [:]
    var metadata: [String: String]?
    for (name, file) in index.files {
      let shard: SafeTensors
      if let open = shards[file] {
        shard = open
      } else {
        let path = Folder.join(Folder.parent(of: path), file)
        shard = try SafeTensors(try Source.map(path), path: path)
        shards[file] = shard
      }
      guard let place = shard.places[name] else {
        throw TensorError(
          path: shard.path, array: name, "expected this array, as \(path) says, found none")
      }
      places[name] = place
      if metadata == nil { metadata = shard.metadata }
    }
    self.path = path
    self.places = places
    names = index.files.map(\.name)
    self.metadata = metadata ?? [:]
  }
}
