/// numpy's zip archive of named arrays, `.npz`.
public enum NPZ {
  /// Reads all arrays of `path`, in the archive's order, under their names without ".npy".
  ///
  /// - Throws: ``TensorError`` where it cannot be read or an entry is no npy array.
  public static func read(
    _ path: String
  ) throws(TensorError) -> [(key: String, value: NDArray)] {
    try read(ZipArchive(try Source.map(path), path: path))
  }

  static func read(_ zip: ZipArchive) throws(TensorError) -> [(key: String, value: NDArray)] {
    var budget = MemoryBudget(fileSize: zip.source.count)
    var arrays: [(key: String, value: NDArray)] = []
    for entry in zip.entries {
      let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
      // The header is checked against the declared size before the rest is inflated.
      let start = try zip.prefix(of: entry, limit: NPYHeader.maximalSize + 16)
      do throws(FormatProblem) {
        let header = try start.withBytes { (bytes) throws(FormatProblem) in
          try NPYHeader.read(bytes)
        }
        try NPY.check(header, size: entry.size)
      } catch { throw error.error(zip.path, name) }
      let contents = try zip.contents(of: entry, budget: &budget)
      arrays.append((name, try NPY.read(contents, path: zip.path, array: name)))
    }
    return arrays
  }
}
