internal import Foundation

/// What the page and the server say to each other, as JSON.
enum LabelAPI {
  /// An answer of one person.
  struct AnswerBody: Codable {
    var patches: [[Int]]
    var none: Bool
    var revision: Int

    init(_ answer: Answer) {
      patches = answer.patches.sorted().map { [$0.x, $0.y] }
      none = answer.isNone
      revision = answer.revision
    }
  }

  /// Everything a page needs at its start.
  struct State: Codable {
    var title: String
    var images: Int
    var width: Int
    var height: Int
    var patch: Int
    var photos: Int
    /// The name given on the command line, or nil: the page asks.
    var labeler: String?
    /// Answers by person and image.
    var answers: [String: [String: AnswerBody]]
    var suggestions: [[[Int]]]
    /// The number of changes so far.
    var version: Int
  }

  /// A change that a page asks for.
  struct ChangeBody: Codable {
    var labeler: String
    var image: Int
    var add: [Int]?
    var remove: [Int]?
    var set: [[Int]]?
    var none: Bool?
    /// The revision that the page shows.
    var seen: Int?
  }

  /// What became of it.
  struct ChangeAnswer: Codable {
    var answer: AnswerBody
    var conflict: String?
    var applied: Bool
  }

  /// Changes made elsewhere.
  struct NewsBody: Codable {
    struct Item: Codable {
      var labeler: String
      var image: Int
      var answer: AnswerBody
    }
    var version: Int
    var changes: [Item]
  }

  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(value)).map { Array($0) } ?? Array("{}".utf8)
  }
}

extension LabelAPI.ChangeBody {
  /// The event, or nil where the body names no change or a patch that `project` does not have.
  func event(in project: LabelProject) -> LabelEvent? {
    func patch(_ numbers: [Int]) -> Patch? {
      guard numbers.count == 2 else { return nil }
      let patch = Patch(x: numbers[0], y: numbers[1])
      return project.holds(patch) ? patch : nil
    }
    guard (0..<project.images).contains(image) else { return nil }
    switch (add, remove, set) {
    case (let add?, nil, nil): return patch(add).map { LabelEvent(image: image, .add($0)) }
    case (nil, let remove?, nil): return patch(remove).map { LabelEvent(image: image, .remove($0)) }
    case (nil, nil, let set?):
      let patches = set.compactMap(patch)
      guard patches.count == set.count else { return nil }
      return LabelEvent(image: image, .set(patches, isNone: none ?? false))
    default: return nil
    }
  }
}
