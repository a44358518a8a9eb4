import Files
import Foundation

/// Where extracted representations come from: `provenance_<stem>.json` beside them.
public struct ExtractionRecord: Codable, Sendable, Equatable {
  /// One file that went in.
  public struct Input: Codable, Sendable, Equatable {
    /// The file's name, without its folder.
    public let file: String
    /// Its SHA-256.
    public let sha256: String
  }

  /// The version of this layout.
  public var format = 1
  /// The checkpoint's name.
  public let checkpoint: String
  /// SHA-256 over the checkpoint's files; see ``Checkpoint/hash()``.
  public let checkpointSHA256: String
  /// The images in order.
  public let images: [Input]
  /// The program's version.
  public let version: String
  /// The command that makes it again, without paths.
  public let command: String

  /// Hashes all inputs of a run.
  ///
  /// - Parameter options: Options that change the content, in fixed order, with their values.
  /// - Throws: ``ModelError`` naming the file that cannot be read.
  public init(
    _ checkpoint: Checkpoint, images: ImageList, options: [(name: String, value: String)],
    version: String
  ) throws(ModelError) {
    self.checkpoint = checkpoint.name
    checkpointSHA256 = try checkpoint.hash()
    var inputs: [Input] = []
    for path in images.paths {
      do throws(FileError) {
        inputs.append(Input(file: Folder.name(of: path), sha256: try SHA256Hex.ofFile(path)))
      } catch { throw ModelError(error) }
    }
    self.images = inputs
    self.version = version
    let names = inputs.map { Self.quoted($0.file) }.joined(separator: " ")
    let rest = options.map { " --\($0.name) \($0.value)" }.joined()
    command = "unetlens extract --model \(checkpoint.name) --image \(names)\(rest)"
  }

  /// `text` as a shell takes it for one word.
  public static func quoted(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-[]".unicodeScalars.contains($0))
    }
    if plain, !text.isEmpty { return text }
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'\(parts.joined(separator: "'\\''"))'"
  }

  /// Writes the record as `provenance_<stem>.json` beside `output`.
  ///
  /// - Throws: ``ModelError`` where it cannot be written.
  public func write(beside output: String) throws(ModelError) {
    let name = Folder.name(of: output)
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    try JSONOutput.write(
      self, to: Folder.join(Folder.parent(of: output), "provenance_\(stem).json"))
  }
}

/// JSON files of ours: sorted keys, so that the same contents give the same bytes.
enum JSONOutput {
  static func write(_ value: some Encodable, to path: String) throws(ModelError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      throw ModelError("\(path): expected numbers that JSON can hold, found others")
    }
    do throws(FileError) {
      try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path)
    } catch { throw ModelError(error) }
  }
}
