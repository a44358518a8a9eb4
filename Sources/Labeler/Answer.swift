/// A marked patch, by its upper left token.
public struct Patch: Hashable, Comparable, Sendable {
  /// The column, from the left.
  public var x: Int
  /// The row, from the top.
  public var y: Int

  /// The patch whose upper left token is at (`x`, `y`).
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// By x, then by y: the order of exported labels.
  public static func < (a: Patch, b: Patch) -> Bool { (a.x, a.y) < (b.x, b.y) }
}

/// What one person says about one image.
public struct Answer: Equatable, Sendable {
  /// The marked patches.
  public internal(set) var patches: Set<Patch> = []
  /// Whether the person said that there are none.
  public internal(set) var isNone = false
  /// How many changes led here: a client that has seen fewer has missed some.
  public internal(set) var revision = 0

  /// Whether the person said anything.
  public var isGiven: Bool { isNone || !patches.isEmpty }

  /// No answer yet.
  public init() {}

  /// The same marks, whatever led to them.
  public func agrees(with other: Answer) -> Bool {
    patches == other.patches && isGiven == other.isGiven
  }
}

/// One change of one answer, as a line of a person's file has it.
public struct LabelEvent: Equatable, Sendable {
  /// What changed.
  public enum Change: Equatable, Sendable {
    case add(Patch)
    case remove(Patch)
    /// All marks at once; without any, `isNone` tells "none here" from no answer.
    case set([Patch], isNone: Bool)
  }

  /// The image's index.
  public var image: Int
  /// What changed.
  public var change: Change

  /// A change of the answer about `image`.
  public init(image: Int, _ change: Change) {
    self.image = image
    self.change = change
  }
}

extension Answer {
  /// Applies a change; false where it changes nothing (the mark is already there, or gone).
  @discardableResult
  mutating func apply(_ change: LabelEvent.Change) -> Bool {
    let before = self
    switch change {
    case .add(let patch):
      patches.insert(patch)
      isNone = false
    case .remove(let patch): patches.remove(patch)
    case .set(let all, let none):
      patches = Set(all)
      isNone = none && all.isEmpty
    }
    guard before != self else { return false }
    revision += 1
    return true
  }
}
