import Files
import Foundation

/// Files of the explorer's sources, with errors as a page reports them.
enum JSONFile {
  /// More than any manifest or configuration needs.
  private static let largest = 16 << 20

  /// The value in the JSON file at `path`.
  ///
  /// - Throws: ``PageError`` where it cannot be read or is something else.
  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws(PageError) -> Value {
    let size = try size(of: path)
    guard size <= largest else {
      throw PageError(path, "expected at most \(largest >> 20) MB of JSON, found \(size) bytes")
    }
    let bytes = try bytes(of: path)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw PageError(path, Self.sentence(error))
    } catch {
      throw PageError(path, "expected JSON: \(error)")
    }
  }

  /// All bytes of the file at `path`.
  ///
  /// - Throws: ``PageError`` where it cannot be read.
  static func bytes(of path: String) throws(PageError) -> [UInt8] {
    do { return try MappedFile(path).withBytes { Array($0) } } catch {
      throw PageError([PageProblem(error)])
    }
  }

  /// The number of bytes of the file at `path`.
  ///
  /// - Throws: ``PageError`` where it cannot be read.
  static func size(of path: String) throws(PageError) -> Int {
    do { return try MappedFile(path).count } catch { throw PageError([PageProblem(error)]) }
  }

  private static func sentence(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      return path.isEmpty ? "the file" : path.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context):
      "expected \(key.stringValue) in \(place(context)), found none"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "expected \(type) at \(place(context)), found something else"
    case .dataCorrupted(let context): "expected JSON at \(place(context)), found something else"
    @unknown default: "expected another JSON"
    }
  }
}
