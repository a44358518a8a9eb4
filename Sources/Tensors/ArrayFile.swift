/// Files of arrays, read by what they hold and not by how they are called.
public enum ArrayFile {
  /// Reads a file of any supported format: npy, npz, torch archive, safetensors or its index.
  ///
  /// Bytes stay in the mapped file where their order allows.
  ///
  /// - Throws: ``TensorError`` naming file, array, what was expected and what was found.
  public static func read(_ path: String) throws(TensorError) -> Archive {
    try read(try Source.map(path), path: path)
  }

  /// Reads `source` as if it were the file `path`.
  package static func read(
    _ source: ArrayStorage, path: String
  ) throws(TensorError) -> Archive {
    switch source.withBytes(Kind.init) {
    case .npy:
      return .array(try NPY.read(source, path: path))
    case .zip:
      let zip = try ZipArchive(source, path: path)
      if let pickle = TorchArchive.pickle(in: zip) {
        return try TorchArchive.read(zip, pickle)
      }
      guard zip.entries.isEmpty || zip.entries.contains(where: { $0.name.hasSuffix(".npy") }) else {
        throw TensorError(
          path: path, "expected arrays, found a zip archive with neither npy files nor a data.pkl")
      }
      return .dict(try NPZ.read(zip).map { ($0.key, .array($0.value)) })
    case .safetensors:
      return try archive(try SafeTensors(source, path: path))
    case .json:
      return try archive(try SafeTensors(path))
    case .unknown(let found):
      throw TensorError(
        path: path, "expected an npy, npz, torch or safetensors file, found \(found)")
    }
  }

  private static func archive(_ file: SafeTensors) throws(TensorError) -> Archive {
    var entries: [(key: String, value: Archive)] = []
    for name in file.names { entries.append((name, .array(try file.array(named: name)))) }
    return .dict(entries)
  }

  private enum Kind {
    case npy
    case zip
    case safetensors
    case json
    case unknown(String)

    init(_ bytes: UnsafeRawBufferPointer) {
      // A torch file from before version 1.6: the pickle of one long integer.
      let oldTorch: [UInt8] = [
        0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
      ]
      if bytes.starts(with: NPYHeader.magic) {
        self = .npy
      } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
        self = .zip
      } else if SafeTensorsHeader.isPlausible(bytes) {
        self = .safetensors
      } else if ShardIndex.isOne(bytes) {
        self = .json
      } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
        // Its length is wrong; the reader says how.
        self = .safetensors
      } else if bytes.isEmpty {
        self = .unknown("an empty file")
      } else if bytes.dropFirst(2).starts(with: oldTorch) {
        self = .unknown(
          "a torch file in the format from before version 1.6 (load and save it again with torch)")
      } else if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
        self = .unknown("a tar archive (torch files from before version 0.4 are such)")
      } else if bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
        self = .unknown("a bare Python pickle")
      } else {
        self = .unknown("content of no known kind")
      }
    }
  }
}
