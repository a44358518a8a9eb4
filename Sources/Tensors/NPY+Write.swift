import Files

extension NPY {
  /// Writes `array` to `path` as `numpy.save` does: format 1.0, C order, little endian.
  ///
  /// - Throws: ``TensorError`` where the file cannot be written, or for bfloat16, which numpy lacks.
  public static func write(_ array: NDArray, to path: String) throws(TensorError) {
    let header = try header(array, path: path)
    try ByteSink.write(to: path) { (sink) throws(FileError) in
      try sink.append(header)
      try sink.append(array.storage)
    }
  }

  /// The bytes of an npy file that holds `array`.
  ///
  /// - Throws: ``TensorError`` for bfloat16, which numpy lacks.
  public static func bytes(of array: NDArray) throws(TensorError) -> [UInt8] {
    try header(array, path: "npy") + array.storage.withBytes { Array($0) }
  }

  static func header(
    _ array: NDArray, path: String, name: String? = nil
  ) throws(TensorError) -> [UInt8] {
    guard let descr = NPYHeader.descr(array.dtype) else {
      throw TensorError(
        path: path, array: name, "expected a type that numpy has, found \(array.dtype.rawValue)")
    }
    var sides = array.shape.map(String.init).joined(separator: ", ")
    if array.shape.count == 1 { sides += "," }
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(sides)), }"
    // Like numpy, leaves room for the first side to grow to 21 digits, then fills up to 64 bytes.
    if let first = array.shape.first {
      text += String(repeating: " ", count: 21 - String(first).count)
    }
    let unpadded = NPYHeader.magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: 63 - (unpadded + 63) % 64) + "\n"
    var header = NPYHeader.magic + [1, 0]
    header.append(littleEndian: UInt16(text.utf8.count))
    return header + Array(text.utf8)
  }
}

extension NPZ {
  /// Writes named arrays to `path` as `numpy.savez` does: npy files in a zip, stored.
  ///
  /// - Throws: ``TensorError`` where the file cannot be written, or for bfloat16, which numpy lacks.
  public static func write(
    _ arrays: [(key: String, value: NDArray)], to path: String
  ) throws(TensorError) {
    let entries = try entries(arrays, path: path)
    try ByteSink.write(to: path) { (sink) throws(FileError) in
      try ZipWriter(alignment: 1).write(entries, to: &sink)
    }
  }

  /// The bytes of an npz file that holds `arrays`.
  ///
  /// - Throws: ``TensorError`` for bfloat16, which numpy lacks.
  public static func bytes(
    of arrays: [(key: String, value: NDArray)]
  ) throws(TensorError) -> [UInt8] {
    let entries = try entries(arrays, path: "npz")
    return ByteSink.bytes { (sink) throws(FileError) in
      try ZipWriter(alignment: 1).write(entries, to: &sink)
    }
  }

  private static func entries(
    _ arrays: [(key: String, value: NDArray)], path: String
  ) throws(TensorError) -> [ZipWriter.Entry] {
    var entries: [ZipWriter.Entry] = []
    for (name, array) in arrays {
      let header = try NPY.header(array, path: path, name: name)
      entries.append(ZipWriter.Entry("\(name).npy", [ArrayStorage(header), array.storage]))
    }
    return entries
  }
}
