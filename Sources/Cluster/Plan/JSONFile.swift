import Files
import Foundation

/// The small JSON files of `.cluster`.
enum JSONFile {
  /// Keys sorted, so that the same contents give the same bytes.
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return [] }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  static func write(_ value: some Encodable, to path: String) throws(ClusterError) {
    do throws(FileError) { try AtomicFile.write(bytes(value), to: path) } catch {
      throw ClusterError(error)
    }
  }

  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws(ClusterError) -> Value {
    do {
      let file = try MappedFile(path)
      return try JSONDecoder().decode(type, from: file.withBytes { Data($0) })
    } catch let error as FileError {
      throw ClusterError(error)
    } catch {
      throw ClusterError(
        "\(path): expected a file that --cluster slurm wrote, found something else; submit again")
    }
  }
}
