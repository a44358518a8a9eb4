internal import Files
internal import Foundation
internal import Tensors

/// Writes one person's labels as the array that the experiments read.
public struct LabelExport: Sendable {
  /// Whose labels they are.
  public let labeler: String
  /// `[image, x, y]`, sorted.
  public let rows: [[Int]]
  /// Images that the person answered.
  public let answered: Int
  /// Those among them without any mark.
  public let none: Int
  /// How far people and the detector agree.
  public let agreements: [Agreement]
  private let project: LabelProject?

  /// The labels of `labeler` in `folder`, or of the only person there.
  ///
  /// - Throws: ``LabelError`` where the folder has no labels, several people and none is named, or
  ///   not the one named.
  public init(folder: String, labeler: String?) throws(LabelError) {
    guard Folder.isFolder(folder) else {
      throw LabelError("\(folder): expected a folder with labels, found none")
    }
    let labels = try LabelFolder(folder)
    project = try LabelProject.read(folder)
    let people = labels.people
    if let labeler {
      guard people.contains(labeler) else {
        throw LabelError(
          "\(folder): expected labels by \(labeler), found"
            + " \(people.isEmpty ? "none" : "those by \(people.joined(separator: ", "))")")
      }
      self.labeler = labeler
    } else if people.count == 1 {
      self.labeler = people[0]
    } else if people.isEmpty {
      throw LabelError("\(folder): expected labels, found none: nobody has answered yet")
    } else {
      throw LabelError(
        "\(folder): holds labels by \(people.joined(separator: ", ")): choose one with --labeler")
    }
    let answers = (labels.answers[self.labeler] ?? [:]).filter(\.value.isGiven)
    answered = answers.count
    none = answers.values.count { $0.patches.isEmpty }
    rows = answers.sorted { $0.key < $1.key }.flatMap { image, answer in
      answer.patches.sorted().map { [image, $0.x, $0.y] }
    }
    agreements = Agreement.all(labels, project: project)
  }

  private struct Record: Codable {
    var file: String
    var sha256: String
    var labeler: String
    var patches: Int
    var imagesAnswered: Int
    var imagesWithoutMarks: Int
    var settings: LabelProject.Settings?
    var agreement: [Agreement]

    enum CodingKeys: String, CodingKey {
      case file
      case sha256
      case labeler
      case patches
      case imagesAnswered = "images_answered"
      case imagesWithoutMarks = "images_without_marks"
      case settings
      case agreement
    }
  }

  /// Writes int64 `[N, 3]` to `path` as numpy.save does, and what it was made with to a `.json`
  /// beside it.
  ///
  /// - Throws: ``LabelError`` where they cannot be written.
  public func write(to path: String) throws(LabelError) {
    let array = NDArray(rows.flatMap { $0.map { Int64($0) } }, shape: [rows.count, 3])
    let bytes: [UInt8]
    do throws(TensorError) {
      bytes = try NPY.bytes(of: array)
    } catch {
      throw LabelError(error)
    }
    let record = Record(
      file: Folder.name(of: path), sha256: SHA256Hex.of(bytes), labeler: labeler,
      patches: rows.count, imagesAnswered: answered, imagesWithoutMarks: none,
      settings: project?.settings, agreement: agreements)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(record) else {
      throw LabelError("\(path): its settings cannot be encoded")
    }
    let stem = path.hasSuffix(".npy") ? String(path.dropLast(4)) : path
    try passingOn { () throws(FileError) in
      try AtomicFile.write(bytes, to: path)
      try AtomicFile.write(Array(json) + [10], to: stem + ".json")
    }
  }
}
