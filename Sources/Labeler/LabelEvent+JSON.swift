internal import Foundation

/// One line of a person's file: `{"add":[4,6],"image":3}`, `{"image":3,"remove":[4,6]}`,
/// `{"image":3,"none":true,"set":[]}`.
extension LabelEvent: Codable {
  private enum Key: String, CodingKey {
    case image
    case add
    case remove
    case set
    case none
  }

  /// Reads a line.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    image = try container.decode(Int.self, forKey: .image)
    func patch(_ numbers: [Int]) throws -> Patch {
      guard numbers.count == 2 else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: container.codingPath, debugDescription: "a patch is [x, y]"))
      }
      return Patch(x: numbers[0], y: numbers[1])
    }
    if let numbers = try container.decodeIfPresent([Int].self, forKey: .add) {
      change = .add(try patch(numbers))
    } else if let numbers = try container.decodeIfPresent([Int].self, forKey: .remove) {
      change = .remove(try patch(numbers))
    } else {
      change = .set(
        try container.decode([[Int]].self, forKey: .set).map(patch),
        isNone: try container.decodeIfPresent(Bool.self, forKey: .none) ?? false)
    }
  }

  /// Writes a line.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(image, forKey: .image)
    switch change {
    case .add(let patch): try container.encode([patch.x, patch.y], forKey: .add)
    case .remove(let patch): try container.encode([patch.x, patch.y], forKey: .remove)
    case .set(let patches, let isNone):
      try container.encode(patches.sorted().map { [$0.x, $0.y] }, forKey: .set)
      try container.encode(isNone, forKey: .none)
    }
  }

  /// The line's bytes with its line feed: the same for equal events.
  func line() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(self)) + [10]
  }

  /// The event of a line, or nil where it is none.
  static func parse(_ line: some Sequence<UInt8>) -> LabelEvent? {
    try? JSONDecoder().decode(LabelEvent.self, from: Data(line))
  }
}
