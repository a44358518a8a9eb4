import Files

/// Files of test bytes.
enum FileBytes {
  static func write(_ bytes: [UInt8], to path: String) throws {
    try AtomicFile.write(bytes, to: path)
  }

  static func read(_ path: String) throws -> [UInt8] {
    try MappedFile(path).withBytes { Array($0) }
  }

  static func names(in folder: String) throws -> [String] { try Folder.names(in: folder) }
}
