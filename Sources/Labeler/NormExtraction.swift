public import Files
internal import Foundation
internal import Images
internal import Kernels
internal import Layers
public import StableDiffusion

/// Extracts the norm maps of one block from images, batch by batch, and goes on after a crash.
public struct NormExtraction {
  private let extractor: RepresentationExtractor
  private let images: ImageList
  private let layer: Layer
  private let timestep: Int
  private let batchSize: Int
  private let cache: String

  /// Extraction of `block` from `images`; finished batches wait in `folder`'s `.cache`.
  ///
  /// - Throws: ``LabelError`` where `block` is no layer of the model.
  public init(
    _ extractor: RepresentationExtractor, images: ImageList, block: String, timestep: Int,
    batchSize: Int, folder: String
  ) throws(LabelError) {
    self.extractor = extractor
    self.images = images
    self.timestep = timestep
    self.batchSize = batchSize
    cache = Folder.join(folder, ".cache")
    do throws(ModelError) {
      let layers = try extractor.layers(named: [block])
      guard layers.count == 1 else {
        throw ModelError("expected one block, found \(block), which is \(layers.count)")
      }
      layer = layers[0]
    } catch {
      throw LabelError("\(error)")
    }
  }

  /// The maps of all images.
  ///
  /// - Throws: ``LabelError`` where an image cannot be used, their maps are of different sizes, or
  ///   the cache cannot be written.
  public func run(progress: any ProgressSink) throws(LabelError) -> NormMaps {
    guard images.areAlike else {
      throw LabelError("the images are of different sizes: norm maps of one size are needed")
    }
    var maps: [NormMaps] = []
    var done = 0
    progress.report("norm maps", done: 0, of: images.paths.count)
    for batch in BatchPlan.batches(sizes: images.sizes, batchSize: batchSize) {
      maps.append(try norms(of: batch, progress: progress))
      done += batch.count
      progress.report("norm maps", done: done, of: images.paths.count)
    }
    return NormMaps(
      count: images.paths.count, height: maps[0].height, width: maps[0].width,
      values: maps.flatMap(\.values))
  }

  /// Removes the cache, once the maps are kept elsewhere.
  public func discardCache() { try? FileManager.default.removeItem(atPath: cache) }

  private func norms(
    of batch: Range<Int>, progress: any ProgressSink
  ) throws(LabelError) -> NormMaps {
    let path = Folder.join(cache, "\(try key(of: batch)).norms")
    if let kept = try? MappedFile(path), let maps = kept.withBytes({ Self.unpack($0) }),
      maps.count == batch.count
    {
      return maps
    }
    do {
      var size = (height: 0, width: 0)
      var values: [Float] = []
      let pictures = try batch.map { try images.load($0) }
      let encoded = try extractor.encode(pictures)
      for place in 0..<batch.count {
        try extractor.run(encoded, index: place, layers: [layer], timestep: timestep) { _, map in
          size = (map.height, map.width)
          values += Self.norms(map)
        }
        progress.report(
          "norm maps", done: batch.lowerBound + place + 1, of: images.paths.count)
      }
      let maps = NormMaps(
        count: batch.count, height: size.height, width: size.width, values: values)
      try AtomicFile.write(Self.pack(maps), to: path)
      return maps
    } catch {
      throw LabelError("\(error)")
    }
  }

  /// The length of every token's vector, summed in double precision.
  private static func norms(_ map: FeatureMap) -> [Float] {
    map.withValues { values in
      (0..<map.height * map.width).map { token in
        var sum = 0.0
        for value in values[token * map.channels..<(token + 1) * map.channels] {
          sum += Double(value) * Double(value)
        }
        return Float(sum.squareRoot())
      }
    }
  }

  /// What decides a batch's norms, hashed: checkpoint, settings, and the bytes of its images.
  private func key(of batch: Range<Int>) throws(LabelError) -> String {
    let settings = extractor.settings
    var text = "\(extractor.checkpoint.folder) \(layer.name) \(timestep) \(settings)"
    text += " \(images.side.map(String.init) ?? "")"
    for index in batch {
      text +=
        " " + (try passingOn { () throws(FileError) in try SHA256Hex.ofFile(images.paths[index]) })
    }
    return SHA256Hex.of(text.utf8)
  }

  private static func pack(_ maps: NormMaps) -> [UInt8] {
    [maps.count, maps.height, maps.width].flatMap { number in
      withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
    } + maps.values.withUnsafeBytes { Array($0) }
  }

  private static func unpack(_ bytes: UnsafeRawBufferPointer) -> NormMaps? {
    guard bytes.count >= 24 else { return nil }
    let sizes = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    guard sizes.allSatisfy({ (1...1 << 20).contains($0) }) else { return nil }
    let count = Int(sizes[0] * sizes[1] * sizes[2])
    guard bytes.count == 24 + 4 * count else { return nil }
    let values = (0..<count).map {
      bytes.loadUnaligned(fromByteOffset: 24 + 4 * $0, as: Float.self)
    }
    return NormMaps(
      count: Int(sizes[0]), height: Int(sizes[1]), width: Int(sizes[2]), values: values)
  }
}
