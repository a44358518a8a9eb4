import Foundation

/// Bytes as a classic script of one line, `RECEIVER("NAME","BASE64")`.
///
/// A page that lies on a disk may neither fetch files nor read their pixels, but it may run scripts;
/// over http the same file is fetched as text, with progress.
enum ScriptFile {
  /// Who takes a script's bytes.
  enum Receiver: String {
    /// The engine: weights and its WebAssembly.
    case engine = "unetlensEngine.accept"
    /// The explorer's page: pictures.
    case page = "unetlensExplorer.files.accept"
  }

  /// The script that hands `bytes` to `receiver` under `name`, which needs no escaping.
  static func bytes(_ bytes: [UInt8], name: String, for receiver: Receiver) -> [UInt8] {
    let base64 = Data(bytes).base64EncodedData()
    return Array("\(receiver.rawValue)(\"\(name)\",\"".utf8) + base64 + Array("\")\n".utf8)
  }
}
