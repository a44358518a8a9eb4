import Files

extension SafeTensors {
  /// Writes named arrays to `path` in the order and with the header of the reference writer.
  ///
  /// - Throws: ``TensorError`` where the file cannot be written or a name comes twice.
  public static func write(
    _ arrays: [(key: String, value: NDArray)], metadata: [String: String] = [:], to path: String
  ) throws(TensorError) {
    let (header, order) = try header(arrays, metadata, path: path)
    try ByteSink.write(to: path) { (sink) throws(FileError) in
      try sink.append(header)
      for array in order { try sink.append(array.storage) }
    }
  }

  /// The bytes of a safetensors file that holds `arrays`.
  ///
  /// - Throws: ``TensorError`` where a name comes twice.
  public static func bytes(
    of arrays: [(key: String, value: NDArray)], metadata: [String: String] = [:]
  ) throws(TensorError) -> [UInt8] {
    let (header, order) = try header(arrays, metadata, path: "safetensors")
    return ByteSink.bytes { (sink) throws(FileError) in
      try sink.append(header)
      for array in order { try sink.append(array.storage) }
    }
  }

  /// The reference writer's order of element types, in which every array lies aligned.
  private static let order: [DType] = [
    .uint64, .int64, .float64, .float32, .uint32, .int32, .bfloat16, .float16, .uint16, .int16,
    .int8, .uint8, .bool,
  ]

  /// The header with its length before it, and the arrays in the order of their bytes.
  private static func header(
    _ arrays: [(key: String, value: NDArray)], _ metadata: [String: String], path: String
  ) throws(TensorError) -> (bytes: [UInt8], order: [NDArray]) {
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let sorted = arrays.sorted { left, right in
      let ranks = (rank[left.value.dtype] ?? 0, rank[right.value.dtype] ?? 0)
      return ranks.0 == ranks.1
        ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8) : ranks.0 < ranks.1
    }
    var names: Set<String> = []
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSONText.string($0.key)):\(JSONText.string($0.value))" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, array) in sorted {
      guard name != "__metadata__", names.insert(name).inserted else {
        throw TensorError(path: path, array: name, "expected a name of its own, found it taken")
      }
      let end = offset + array.storage.count
      let shape = array.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(JSONText.string(name)):{\"dtype\":\"\(SafeTensorsHeader.code(array.dtype))\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(fields.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    var header: [UInt8] = []
    header.append(littleEndian: UInt64(text.count))
    return (header + text, sorted.map(\.value))
  }
}
