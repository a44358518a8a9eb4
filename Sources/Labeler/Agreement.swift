/// How far two sets of answers agree, over the images that both are about.
public struct Agreement: Codable, Equatable, Sendable {
  /// Whose answers come first.
  public let first: String
  /// Whose come second: a person, or "detector".
  public let second: String
  /// Images that both answered; the detector answers every one.
  public let images: Int
  /// Those among them where the marks are the same.
  public let sameImages: Int
  /// Patches that both marked.
  public let both: Int
  /// Patches that only the first marked.
  public let onlyFirst: Int
  /// Patches that only the second marked.
  public let onlySecond: Int
  /// Images where the marks differ.
  public let differing: [Int]

  /// 2 both / (marks of the first + marks of the second); nil where neither marked any.
  public var f1: Double? {
    let marks = 2 * both + onlyFirst + onlySecond
    return marks == 0 ? nil : Double(2 * both) / Double(marks)
  }

  /// The agreement of two sets of marks by image.
  init(_ first: String, _ a: [Int: Set<Patch>], _ second: String, _ b: [Int: Set<Patch>]) {
    let common = a.keys.filter { b[$0] != nil }.sorted()
    var (both, onlyA, onlyB) = (0, 0, 0)
    var differing: [Int] = []
    for image in common {
      let (x, y) = (a[image] ?? [], b[image] ?? [])
      both += x.intersection(y).count
      onlyA += x.subtracting(y).count
      onlyB += y.subtracting(x).count
      if x != y { differing.append(image) }
    }
    self.first = first
    self.second = second
    images = common.count
    sameImages = common.count - differing.count
    self.both = both
    onlyFirst = onlyA
    onlySecond = onlyB
    self.differing = differing
  }

  /// The agreement of every two people, and of every person with the detector where `project` has
  /// its patches.
  public static func all(_ folder: LabelFolder, project: LabelProject?) -> [Agreement] {
    let people = folder.people
    let marks = people.map { person in
      (folder.answers[person] ?? [:]).filter(\.value.isGiven).mapValues(\.patches)
    }
    var found: [Agreement] = []
    for i in people.indices {
      for j in people.indices where j > i {
        found.append(Agreement(people[i], marks[i], people[j], marks[j]))
      }
    }
    guard let project, project.suggestions.count == project.images else { return found }
    let detected = Dictionary(
      uniqueKeysWithValues: (0..<project.images).map { ($0, Set(project.suggested($0))) })
    for i in people.indices {
      found.append(Agreement(people[i], marks[i], "detector", detected))
    }
    return found
  }

  /// One line for a reader.
  public var sentence: String {
    guard images > 0 else { return "\(first) and \(second): no image in common" }
    let score = f1.map { "F1 \(rounded($0))" } ?? "no marks"
    return "\(first) and \(second): \(sameImages) of \(images) images the same; \(both) patches in"
      + " common, \(onlyFirst) only by \(first), \(onlySecond) only by \(second) (\(score))"
  }

  private func rounded(_ value: Double) -> String {
    let thousandths = String(Int((value * 1000).rounded()))
    let padded = String(repeating: "0", count: max(0, 4 - thousandths.count)) + thousandths
    return "\(padded.dropLast(3)).\(padded.suffix(3))"
  }
}
