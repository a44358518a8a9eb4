import Files
import Foundation

/// `provenance_<name>.json`: where each array file of one model comes from.
///
/// docs/FORMATS.md describes it.
package struct Provenance: Codable, Equatable, Sendable {
  /// The version of this layout.
  package var format = 1
  /// The model's name.
  package var name: String
  /// By file name.
  package var arrays: [String: Entry] = [:]
  /// The images that entries refer to, by `imagesSHA256` of the entry.
  package var images: [String: [ImageFile]] = [:]

  /// One array file.
  package struct Entry: Codable, Equatable, Sendable {
    /// SHA-256 of the array file.
    package var sha256: String
    /// The experiment that made it.
    package var experiment: String
    /// The checkpoint's name.
    package var checkpoint: String
    /// SHA-256 over the checkpoint.
    package var checkpointSHA256: String
    /// The key in ``Provenance/images``.
    package var imagesSHA256: String
    /// The number of images.
    package var imageCount: Int
    /// Width and height of the images.
    package var imageSize: [Int]
    /// All options that decide the values.
    package var options: [String: String]
    /// The program's version.
    package var version: String
    /// The command that makes it again, paths reduced to their last part.
    package var command: String
    /// Corrected token-group similarities, layer by layer: [a, b], each [3][3]; null where the
    /// value is no number.
    package var corrected: [String: [[[Double?]]]]?
    /// Where labels came from and how many there are.
    package var labels: LabelRecord?
    /// The histograms' samples of image pairs, by block.
    package var imagePairs: [String: Int]?
  }

  /// One image file.
  package struct ImageFile: Codable, Equatable, Sendable {
    /// The file's name.
    package var file: String
    /// SHA-256 of the file.
    package var sha256: String

    /// A file of this name and hash.
    package init(file: String, sha256: String) {
      self.file = file
      self.sha256 = sha256
    }
  }

  /// The anomaly labels of an entry.
  package struct LabelRecord: Codable, Equatable, Sendable {
    /// `file` or `automatic`.
    package var source: String
    /// The label file's name, or that of the file the detector's labels went to.
    package var file: String
    /// SHA-256 of a label file that was given.
    package var sha256: String?
    /// Labels used.
    package var count: Int
    /// The share of the automatic detector's labels that the label file has too.
    package var automaticPrecision: Double?
    /// The share of the label file's labels that the automatic detector finds.
    package var automaticRecall: Double?
  }

  /// Nothing recorded yet.
  package init(name: String) { self.name = name }

  /// Reads the file at `path`, if it is there.
  ///
  /// - Throws: ``ExperimentError`` where it is no such file.
  package static func read(_ path: String, name: String) throws(ExperimentError) -> Provenance {
    guard Folder.isFile(path) else { return Provenance(name: name) }
    do {
      let file = try MappedFile(path)
      return try JSONDecoder().decode(Provenance.self, from: file.withBytes { Data($0) })
    } catch let error as FileError {
      throw ExperimentError(error)
    } catch {
      throw ExperimentError(
        "\(path): expected a provenance file as docs/FORMATS.md describes it, found something else;"
          + " move it away and run again")
    }
  }

  /// Takes over `entries`, replacing those of the same files, and drops image lists that no entry
  /// refers to.
  package mutating func merge(
    _ entries: [String: Entry], images list: [ImageFile], hash: String
  ) {
    arrays.merge(entries) { $1 }
    images[hash] = list
    let used = Set(arrays.values.map(\.imagesSHA256))
    images = images.filter { used.contains($0.key) }
  }

  /// The file's bytes: keys sorted, so that the same contents give the same bytes.
  package var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return [] }
    return Array(data) + [UInt8(ascii: "\n")]
  }
}
