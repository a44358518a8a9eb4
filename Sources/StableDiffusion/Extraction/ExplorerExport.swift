public import Files
import Images
import Kernels
public import Layers
import Tensors

/// Writes representations for the page's explorer: float16 tokens, thumbnails and a manifest.
///
/// Every image is a batch of its own, cut to its middle square and resized to one side.
public struct ExplorerExport {
  private let extractor: RepresentationExtractor
  private let images: ImageList
  private let layers: [Layer]
  private let timesteps: [Int]
  private let side: Int

  /// The side of thumbnails in pixels.
  private static let thumbnailSide = 384

  /// An export of `layers` at `timesteps`; images enter the network at `side` x `side` pixels.
  public init(
    _ extractor: RepresentationExtractor, images: ImageList, layers: [Layer], timesteps: [Int],
    side: Int
  ) {
    self.extractor = extractor
    self.images = images
    self.layers = layers
    self.timesteps = Array(Set(timesteps)).sorted()
    self.side = side
  }

  /// Writes everything into `folder`; the manifest comes last and keeps other models' entries.
  ///
  /// - Throws: ``ModelError`` naming what cannot be used or written.
  public func write(
    to folder: String, record: ExtractionRecord, progress: any ProgressSink
  ) throws(ModelError) {
    var manifest = try ExplorerManifest.read(folder: folder)
    do {
      let entries = try imageEntries()
      var blocks: [ExplorerManifest.Block] = []
      let total = entries.count * timesteps.count
      progress.report("extracting", done: 0, of: total)
      for (index, entry) in entries.enumerated() {
        let picture = try images.load(index).middleSquare(side: side)
        try writeThumbnail(of: picture, to: Folder.join(folder, entry.thumbnail))
        let encoded = try extractor.encode([picture])
        for (step, timestep) in timesteps.enumerated() {
          let place = "\(folder)/\(extractor.checkpoint.name)/\(entry.id)"
          blocks = try write(encoded, timestep, into: place)
          progress.report("extracting", done: index * timesteps.count + step + 1, of: total)
        }
      }
      manifest.merge(
        ExplorerManifest.Model(
          name: extractor.checkpoint.name, repository: extractor.checkpoint.repository,
          imageSize: side, timesteps: timesteps, blocks: blocks, images: entries.map(\.id),
          record: record), images: entries)
      try JSONOutput.write(manifest, to: Folder.join(folder, "manifest.json"))
    } catch let error as ModelError {
      throw error
    } catch {
      throw ModelError("\(error)")
    }
  }

  /// Runs one image at one timestep and writes a file a layer.
  private func write(
    _ encoded: EncodedBatch, _ timestep: Int, into folder: String
  ) throws -> [ExplorerManifest.Block] {
    var blocks: [ExplorerManifest.Block] = []
    try extractor.run(encoded, index: 0, layers: layers, timestep: timestep) { layer, map in
      let block = ExplorerManifest.Block(
        name: layer.name, file: Self.fileName(layer), channels: map.channels, height: map.height,
        width: map.width)
      blocks.append(block)
      try AtomicFile.write(
        Self.halves(map), to: Folder.join(folder, "t\(timestep)/\(block.file).f16"))
    }
    return blocks
  }

  /// `down_blocks[0].resnets[1]` as `down_blocks_0.resnets_1`: no brackets in file names.
  static func fileName(_ layer: Layer) -> String {
    String(layer.name.compactMap { $0 == "]" ? nil : $0 == "[" ? "_" : $0 })
  }

  /// Tokens row by row, channels last, float16 little-endian.
  private static func halves(_ map: FeatureMap) -> [UInt8] {
    map.withValues { values in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(values.count * 2)
      for value in values {
        let half = Half.float16(value)
        bytes.append(UInt8(truncatingIfNeeded: half))
        bytes.append(UInt8(truncatingIfNeeded: half >> 8))
      }
      return bytes
    }
  }

  private func writeThumbnail(of picture: RGBImage, to path: String) throws {
    let small = picture.resized(width: Self.thumbnailSide, height: Self.thumbnailSide)
    try AtomicFile.write(JPEGFile.encode(small, quality: 88), to: path)
  }

  /// An id for every image: its file's name without extension, made unique.
  private func imageEntries() throws(ModelError) -> [ExplorerManifest.Image] {
    var used: Set<String> = []
    return images.paths.map { path in
      let file = Folder.name(of: path)
      let stem = file.split(separator: ".").dropLast().joined(separator: "-")
      let base = Checkpoint.fileName(stem.isEmpty ? file : stem)
      var id = base
      var count = 2
      while !used.insert(id).inserted {
        id = "\(base)-\(count)"
        count += 1
      }
      return ExplorerManifest.Image(id: id, file: file, thumbnail: "thumbnails/\(id).jpg")
    }
  }
}

extension RGBImage {
  /// The middle square, resized to `side` x `side` as Pillow does.
  func middleSquare(side: Int) -> RGBImage {
    let edge = min(width, height)
    let (left, top) = ((width - edge) / 2, (height - edge) / 2)
    var square: [UInt8] = []
    square.reserveCapacity(edge * edge * 3)
    for row in top..<top + edge {
      let start = (row * width + left) * 3
      square += pixels[start..<start + edge * 3]
    }
    return RGBImage(width: edge, height: edge, pixels: square).resized(width: side, height: side)
  }
}
