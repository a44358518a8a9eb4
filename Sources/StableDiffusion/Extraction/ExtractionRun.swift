public import Files
import Images
public import Kernels
public import Layers

/// An extraction of many images into one file.
public struct ExtractionRun {
  private let extractor: RepresentationExtractor
  private let images: ImageList
  private let layers: [Layer]
  private let timestep: Int
  private let batches: [Range<Int>]

  /// A run over `images` in batches of `batchSize`, of one where they are of different sizes.
  public init(
    _ extractor: RepresentationExtractor, images: ImageList, layers: [Layer], timestep: Int,
    batchSize: Int
  ) {
    self.extractor = extractor
    self.images = images
    self.layers = layers
    self.timestep = timestep
    batches = BatchPlan.batches(sizes: images.sizes, batchSize: batchSize)
  }

  /// Hands out every image's outputs, image by image, layers in forward order.
  ///
  /// - Throws: ``ModelError`` naming what cannot be used; what `body` throws.
  public func forEach(
    progress: any ProgressSink, body: (Int, Layer, FeatureMap) throws -> Void
  ) throws {
    progress.report("extracting", done: 0, of: images.paths.count)
    for batch in batches {
      var pictures: [RGBImage] = []
      for index in batch { pictures.append(try images.load(index)) }
      let encoded = try extractor.encode(pictures)
      for index in batch {
        try extractor.run(
          encoded, index: index - batch.lowerBound, layers: layers, timestep: timestep
        ) { layer, map in
          try body(index, layer, map)
        }
        progress.report("extracting", done: index + 1, of: images.paths.count)
      }
    }
  }

  /// Writes `[images, C, h, w]` of every layer to a safetensors file, which appears when it is whole.
  ///
  /// - Throws: ``ModelError`` naming what cannot be used or written.
  public func write(to path: String, progress: any ProgressSink) throws(ModelError) {
    guard images.areAlike else {
      throw ModelError(
        "the images are of different sizes, which one tensor a layer cannot hold; resize them "
          + "(--size) or extract them into files of their own")
    }
    do throws(FileError) {
      try Folder.create(Folder.parent(of: path))
      try AtomicFile.replace(path) { (descriptor) throws(FileError) in
        do {
          try fill(descriptor, path, progress)
        } catch let error as FileError {
          throw error
        } catch {
          throw FileError(path: path, "\(error)")
        }
      }
    } catch { throw ModelError(error) }
  }

  private func fill(
    _ descriptor: Int32, _ path: String, _ progress: any ProgressSink
  ) throws {
    // Shapes are known once the first image has passed; until then its maps wait.
    var waiting: [(layer: Layer, map: FeatureMap)] = []
    var file: RepresentationFile?
    try forEach(progress: progress) { index, layer, map in
      if let file {
        try file.write(map, layer: layer, image: index)
        return
      }
      waiting.append((layer, map))
      guard waiting.count == layers.count else { return }
      let new = try RepresentationFile(
        descriptor: descriptor, path: path, images: images.paths.count,
        shapes: waiting.map { RepresentationFile.LayerShape($0.layer, $0.map) })
      for (layer, map) in waiting { try new.write(map, layer: layer, image: index) }
      waiting = []
      file = new
    }
  }
}
