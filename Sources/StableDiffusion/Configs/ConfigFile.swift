import Files
import Foundation

/// Reads one of a checkpoint's JSON files.
package enum ConfigFile {
  /// No config of a checkpoint is larger; a vocabulary of 49408 words takes 1 MB.
  private static let largest = 64 << 20

  /// The value in the JSON file at `path`.
  ///
  /// - Throws: ``ModelError`` naming the file and the key where what it holds is not what `Value`
  ///   expects.
  package static func read<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws(ModelError) -> Value {
    let data: Data
    do throws(FileError) {
      let file = try MappedFile(path)
      guard file.count <= largest else {
        throw FileError(
          path: path,
          "\(path): expected a JSON file of at most \(largest >> 20) MB, found "
            + "\(file.count >> 20) MB")
      }
      data = file.withBytes { Data($0) }
    } catch { throw ModelError(error) }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw ModelError("\(path): \(sentence(for: error))")
    } catch let error as ModelError {
      throw ModelError("\(path): \(error.description)")
    } catch {
      throw ModelError("\(path): expected JSON, found something else")
    }
  }

  private static func sentence(for error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "expected the key \(dotted(context.codingPath + [key])), found none"
    case .typeMismatch(let type, let context):
      "expected \(kind(type)) at \(dotted(context.codingPath)), found something else"
    case .valueNotFound(let type, let context):
      "expected \(kind(type)) at \(dotted(context.codingPath)), found null"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(dotted(context.codingPath)): \(context.debugDescription)"
    default:
      "expected JSON, found something else"
    }
  }

  private static func dotted(_ path: [any CodingKey]) -> String {
    let text = path.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return text.isEmpty ? "the top" : "\"\(text.joined(separator: "."))\""
  }

  private static func kind(_ type: Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Int.Type: "a whole number"
    case is Double.Type, is Float.Type: "a number"
    case is Bool.Type: "true or false"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}

/// A JSON value that may be one number for all levels or a list with one number a level.
package enum PerLevel: Decodable, Equatable {
  case all(Int)
  case each([Int])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int.self) {
      self = .all(value)
    } else {
      self = .each(try container.decode([Int].self))
    }
  }

  /// One number a level, or nil where a list has another length.
  package func values(levels: Int) -> [Int]? {
    switch self {
    case .all(let value): Array(repeating: value, count: levels)
    case .each(let values): values.count == levels ? values : nil
    }
  }
}
