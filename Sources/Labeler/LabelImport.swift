internal import Files
internal import Foundation

/// Takes over labels kept as one JSON file an image, `norm_0000.json`, a list of `{"x", "y"}`.
public enum LabelImport {
  /// What was taken over.
  public struct Summary: Sendable, Equatable {
    /// Images with an answer.
    public let images: Int
    /// Marked patches.
    public let patches: Int
    /// Images with an empty list: "none here".
    public let none: Int
  }

  /// Puts the labels of `source` into the label folder `folder` as the answers of `labeler`.
  ///
  /// An answer that the person already gave about one of these images is replaced; the same labels
  /// once more change nothing.
  ///
  /// - Throws: ``LabelError`` where a file is broken or `source` has none; nothing is imported then.
  public static func run(
    into folder: String, from source: String, labeler: String
  ) async throws(LabelError) -> Summary {
    guard Labelers.isName(labeler) else {
      throw LabelError("expected a name of 1 to 40 characters, found \"\(labeler)\"")
    }
    let names = try passingOn { () throws(FileError) in try Folder.names(in: source) }
    let project = try LabelProject.read(folder)
    var found: [(image: Int, patches: [Patch])] = []
    for name in names {
      guard let image = index(of: name) else { continue }
      let path = Folder.join(source, name)
      let patches = try read(path)
      if let project {
        guard image < project.images else {
          throw LabelError(
            "\(path): expected an image of 0 to \(project.images - 1), found \(image)")
        }
        if let patch = patches.first(where: { !project.holds($0) }) {
          throw LabelError(
            "\(path): expected patches of a \(project.width) x \(project.height) map at multiples"
              + " of \(project.settings.patch), found (\(patch.x), \(patch.y))")
        }
      }
      found.append((image, patches))
    }
    guard !found.isEmpty else {
      throw LabelError("\(source): expected files named norm_0000.json and so on, found none")
    }
    let store = try LabelStore(folder)
    for (image, patches) in found {
      let change = LabelEvent.Change.set(patches, isNone: patches.isEmpty)
      _ = try await store.change(LabelEvent(image: image, change), by: labeler)
    }
    return Summary(
      images: found.count, patches: found.reduce(0) { $0 + $1.patches.count },
      none: found.count { $0.patches.isEmpty })
  }

  /// The image's index in `norm_0012.json`, or nil for other names.
  private static func index(of name: String) -> Int? {
    guard name.hasPrefix("norm_"), name.hasSuffix(".json") else { return nil }
    let digits = name.dropFirst(5).dropLast(5)
    guard digits.utf8.count >= 4, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(digits)
  }

  private struct Point: Codable {
    var x: Int
    var y: Int
  }

  private static func read(_ path: String) throws(LabelError) -> [Patch] {
    let bytes = try passingOn { () throws(FileError) in
      try MappedFile(path).withBytes { Data($0) }
    }
    guard let points = try? JSONDecoder().decode([Point].self, from: bytes),
      points.allSatisfy({ $0.x >= 0 && $0.y >= 0 && $0.x < 1 << 20 && $0.y < 1 << 20 })
    else {
      throw LabelError(
        "\(path): expected a list of {\"x\": column, \"y\": row} with whole numbers from 0, found"
          + " something else")
    }
    return points.map { Patch(x: $0.x, y: $0.y) }
  }
}
