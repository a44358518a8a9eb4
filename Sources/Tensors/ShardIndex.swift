/// The index of a sharded checkpoint: which file beside it holds which array.
struct ShardIndex {
  /// Array names and the plain names of their files, in the index's order.
  var files: [(name: String, file: String)] = []

  /// Whether `bytes` start like a JSON object.
  static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.first { ![0x20, 0x0A, 0x0D, 0x09].contains($0) } == UInt8(ascii: "{")
  }

  /// Reads the `weight_map` of an index.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(TensorError) {
    var json = JSONCursor(bytes)
    var files: [(name: String, file: String)]?
    do throws(FormatProblem) {
      try json.object { (key, json) throws(FormatProblem) in
        guard key == "weight_map" else { return try json.skip() }
        var map: [(name: String, file: String)] = []
        try json.object { (name, json) throws(FormatProblem) in
          let file = try json.string()
          // A name with a folder in it could reach any file of the machine.
          guard !file.isEmpty, !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0) else {
            throw FormatProblem(
              "expected files beside the index, found \(TensorError.quoted(file))")
          }
          guard map.count < SafeTensorsHeader.maximalCount else {
            throw FormatProblem(
              "expected at most \(SafeTensorsHeader.maximalCount) arrays, found more")
          }
          map.append((name, file))
        }
        files = map
      }
      try json.end()
    } catch { throw error.error(path) }
    guard let files else {
      throw TensorError(
        path: path, "expected the index of a sharded checkpoint, found JSON without a weight_map")
    }
    self.files = files
  }
}
