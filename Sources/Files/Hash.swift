import Crypto

/// SHA-256, as provenance records it: 64 lower-case hexadecimal digits.
public enum SHA256Hex {
  /// The digest of `bytes`.
  public static func of(_ bytes: UnsafeRawBufferPointer) -> String {
    var hasher = SHA256()
    hasher.update(bufferPointer: bytes)
    return hex(hasher.finalize())
  }

  /// The digest of `bytes`.
  public static func of(_ bytes: some Sequence<UInt8>) -> String {
    Array(bytes).withUnsafeBytes { of($0) }
  }

  /// The digest of the file at `path`.
  ///
  /// - Throws: ``FileError`` where it cannot be read.
  public static func ofFile(_ path: String) throws(FileError) -> String {
    try MappedFile(path).withBytes { of($0) }
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
