internal import Files
internal import Foundation
internal import Images

/// What the labels of a folder are about: `project.json` and the pictures of the norm maps.
public struct LabelProject: Codable, Equatable, Sendable {
  /// Where the norms come from; only what decides them, no paths.
  public struct Settings: Codable, Equatable, Sendable {
    /// The model's short name, or nil where a file of norms was given.
    public var model: String?
    /// The layer, as diffusers spells it.
    public var block: String
    /// The noise's timestep.
    public var timestep: Int?
    /// The generator's seed.
    public var seed: UInt64?
    /// Images that share their noise.
    public var batchSize: Int?
    /// Tokens a side of a patch.
    public var patch: Int
    /// The name of the file of norms, where one was given.
    public var normsFile: String?
    /// SHA-256 of the norms, float32 little endian.
    public var normsSHA256: String

    enum CodingKeys: String, CodingKey {
      case model
      case block
      case timestep
      case seed
      case batchSize = "batch_size"
      case patch
      case normsFile = "norms_file"
      case normsSHA256 = "norms_sha256"
    }

    /// Settings of a project.
    public init(
      model: String? = nil, block: String, timestep: Int? = nil, seed: UInt64? = nil,
      batchSize: Int? = nil, patch: Int, normsFile: String? = nil, maps: NormMaps
    ) {
      self.model = model
      self.block = block
      self.timestep = timestep
      self.seed = seed
      self.batchSize = batchSize
      self.patch = patch
      self.normsFile = normsFile
      normsSHA256 = maps.values.withUnsafeBytes { SHA256Hex.of($0) }
    }
  }

  /// The layout of this file.
  public var version = 1
  /// What decides the norms.
  public var settings: Settings
  /// The number of images.
  public var images: Int
  /// Rows of a map.
  public var height: Int
  /// Columns of a map.
  public var width: Int
  /// The detector's patches, `[x, y]`, image by image.
  public var suggestions: [[[Int]]]

  /// The detector's patches of one image.
  public func suggested(_ image: Int) -> [Patch] {
    suggestions.indices.contains(image)
      ? suggestions[image].compactMap { $0.count == 2 ? Patch(x: $0[0], y: $0[1]) : nil } : []
  }

  /// Whether `patch` is one that a click can mark.
  public func holds(_ patch: Patch) -> Bool {
    (0..<width).contains(patch.x) && (0..<height).contains(patch.y)
      && patch.x.isMultiple(of: settings.patch) && patch.y.isMultiple(of: settings.patch)
  }

  /// The project in `folder`, or nil where there is none.
  ///
  /// - Throws: ``LabelError`` where its file is broken.
  public static func read(_ folder: String) throws(LabelError) -> LabelProject? {
    let path = Folder.join(folder, "project.json")
    guard Folder.isFile(path) else { return nil }
    let bytes = try passingOn { () throws(FileError) in
      try MappedFile(path).withBytes { Data($0) }
    }
    guard let project = try? JSONDecoder().decode(LabelProject.self, from: bytes),
      project.images > 0, project.height > 0, project.width > 0, project.settings.patch > 0
    else { throw LabelError("\(path): expected a label project, found something else") }
    return project
  }

  /// Makes `folder` the project of `maps`, or checks that it already is.
  ///
  /// Writes `norm_0000.png` and so on (8-bit grey, one pixel a token) and `project.json`.
  ///
  /// - Throws: ``LabelError`` where the folder holds labels of other norms or cannot be written.
  public static func create(
    in folder: String, maps: NormMaps, settings: Settings, suggestions: [[Patch]]
  ) throws(LabelError) -> LabelProject {
    let project = LabelProject(
      settings: settings, images: maps.count, height: maps.height, width: maps.width,
      suggestions: suggestions.map { $0.map { [$0.x, $0.y] } })
    if let old = try read(folder) {
      guard old.settings.normsSHA256 == settings.normsSHA256,
        old.settings.patch == settings.patch, old.images == maps.count
      else {
        throw LabelError(
          "\(folder): expected an empty folder or labels of these norms, found labels of"
            + " \(old.settings.model ?? old.settings.normsFile ?? "others"), \(old.settings.block)"
            + " with patches of \(old.settings.patch)")
      }
    }
    do throws(ImageError) {
      for image in 0..<maps.count {
        try PNGFile.writeGrey(
          maps.grey(image), width: maps.width, height: maps.height,
          to: Folder.join(folder, pictureName(image)))
      }
    } catch {
      throw LabelError(error)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(project) else {
      throw LabelError("\(folder): project.json cannot be encoded")
    }
    try passingOn { () throws(FileError) in
      _ = try AtomicFile.write(
        Array(json) + [10], to: Folder.join(folder, "project.json"), keepIfEqual: true)
    }
    return project
  }

  /// The name of an image's norm map: `norm_0000.png`.
  public static func pictureName(_ image: Int) -> String {
    let digits = String(image)
    return "norm_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".png"
  }
}
