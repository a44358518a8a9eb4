import Files

extension TorchArchive {
  /// What an archive's arrays become in Python.
  public enum ArrayKind: Sendable {
    /// torch tensors, one storage each.
    case tensor
    /// numpy arrays inside the pickle. `torch.load` then wants `weights_only=False`, or numpy's
    /// constructors declared safe.
    case numpy
  }

  /// Writes `archive` as a file that `torch.load` reads, the same bytes for the same arrays.
  ///
  /// The root folder in the zip is the file's stem. Arrays go out piece by piece: for one larger
  /// than memory, map a file and give its bytes as the array's storage.
  ///
  /// - Throws: ``TensorError`` where the file cannot be written or numpy lacks an element type.
  public static func write(
    _ archive: Archive, to path: String, as kind: ArrayKind = .tensor
  ) throws(TensorError) {
    let entries = try entries(archive, stem: stem(of: path), as: kind, path: path)
    try ByteSink.write(to: path) { (sink) throws(FileError) in
      try ZipWriter(alignment: 64).write(entries, to: &sink)
    }
  }

  /// The bytes of a file called `<stem>.pt` that holds `archive`.
  ///
  /// - Throws: ``TensorError`` where numpy lacks an element type.
  public static func bytes(
    of archive: Archive, stem: String, as kind: ArrayKind = .tensor
  ) throws(TensorError) -> [UInt8] {
    let entries = try entries(archive, stem: stem, as: kind, path: "\(stem).pt")
    return ByteSink.bytes { (sink) throws(FileError) in
      try ZipWriter(alignment: 64).write(entries, to: &sink)
    }
  }

  /// The file's name without its last extension; "archive" where nothing is left.
  static func stem(of path: String) -> String {
    let name = Folder.name(of: path)
    guard let dot = name.lastIndex(of: ".") else { return name }
    return dot == name.startIndex ? "archive" : String(name[..<dot])
  }

  private static func entries(
    _ archive: Archive, stem: String, as kind: ArrayKind, path: String
  ) throws(TensorError) -> [ZipWriter.Entry] {
    let program: [UInt8]
    let storages: [ArrayStorage]
    do throws(FormatProblem) {
      (program, storages) = try PickleWriter.pickle(archive, as: kind)
    } catch { throw error.error(path) }
    var entries = [
      ZipWriter.Entry("\(stem)/data.pkl", [ArrayStorage(program)]),
      ZipWriter.Entry("\(stem)/.format_version", "1"),
      ZipWriter.Entry("\(stem)/.storage_alignment", "64"),
      ZipWriter.Entry("\(stem)/byteorder", "little"),
    ]
    for (place, storage) in storages.enumerated() {
      entries.append(ZipWriter.Entry("\(stem)/data/\(place)", [storage]))
    }
    entries.append(ZipWriter.Entry("\(stem)/version", "3\n"))
    let id = serializationID(entries)
    entries.append(ZipWriter.Entry("\(stem)/.data/serialization_id", id))
    return entries
  }

  /// Forty digits from the entries' names and contents, as torch records them.
  private static func serializationID(_ entries: [ZipWriter.Entry]) -> String {
    var names: UInt64 = 0xCBF2_9CE4_8422_2325
    var contents = names
    for entry in entries {
      for byte in entry.name.utf8 { names = (names ^ UInt64(byte)) &* 0x100_0000_01B3 }
      contents = (contents ^ UInt64(entry.checksum)) &* 0x100_0000_01B3
    }
    return [names, contents].map { number in
      let digits = String(number)
      return String(repeating: "0", count: 20 - digits.count) + digits
    }.joined()
  }
}
