internal import Files
internal import Foundation

/// `manifest.json`: what every image of a dataset was made of.
struct Manifest: Codable, Equatable {
  /// One row.
  struct Image: Codable, Equatable {
    var fileName: String
    var sha256: String
    var label: Int
    var className: String
    var source: String
    var sourceSHA256: String
    var sourceWidth: Int
    var sourceHeight: Int

    enum CodingKeys: String, CodingKey {
      case fileName = "file_name"
      case sha256
      case label
      case className = "class"
      case source
      case sourceSHA256 = "source_sha256"
      case sourceWidth = "source_width"
      case sourceHeight = "source_height"
    }
  }

  /// The options that decide bytes and rows.
  struct Options: Codable, Equatable {
    var classes: [String]
    var perClass: Int
    var minSide: Int
    var size: Int
    var format: String
    var order: String
    var seed: UInt64?

    enum CodingKeys: String, CodingKey {
      case classes
      case perClass = "per_class"
      case minSide = "min_side"
      case size
      case format
      case order
      case seed
    }
  }

  /// A file that could not be read.
  struct Broken: Codable, Equatable {
    var source: String
    var reason: String
  }

  /// The layout of this file.
  var version = 1
  /// What the images were encoded with.
  var encoder: String
  var options: Options
  var images: [Image]
  /// How many pictures were passed over as too small before their class was full.
  var tooSmall: Int
  var broken: [Broken]

  enum CodingKeys: String, CodingKey {
    case version
    case encoder
    case options
    case images
    case tooSmall = "too_small"
    case broken
  }

  /// The file's bytes: the same for equal manifests.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [10]
  }

  /// The manifest in `folder`, or nil where there is none that can be read.
  static func read(_ folder: String) -> Manifest? {
    guard let file = try? MappedFile(Folder.join(folder, "manifest.json")) else { return nil }
    return file.withBytes { try? JSONDecoder().decode(Manifest.self, from: Data($0)) }
  }
}
