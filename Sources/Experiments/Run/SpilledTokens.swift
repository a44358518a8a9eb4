import Files
import Layers

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The tokens of one layer in the files that the extractions of one timestep left.
///
/// A file holds its images one after the other, and of each image the spilled layers in forward
/// order, so a layer's tokens of one image are one run of bytes.
struct SpilledTokens: TokenSource {
  /// The shape of the layer's maps.
  let shape: MapShape
  /// Images in all files.
  let images: Int
  let window: Int
  private let files: [(file: OpenFile, images: Range<Int>)]
  /// Bytes of one image, and where in them the layer's begin.
  private let imageBytes: Int
  private let offset: Int

  var channels: Int { shape.channels }
  var count: Int { images * shape.height * shape.width }

  /// Opens the files of `extractions`, which lie in `folder` and follow each other.
  ///
  /// - Parameter memory: bytes that one window of gathered tokens may take.
  init(
    _ layer: Layer, of extractions: [Extraction], in folder: WorkFolder, memory: Int
  ) throws(ExperimentError) {
    var files: [(file: OpenFile, images: Range<Int>)] = []
    var layout: (shape: MapShape, offset: Int, total: Int)?
    for extraction in extractions {
      let here = try Self.layout(layer, extraction, folder)
      if let layout, layout != here {
        throw ExperimentError("\(folder.path): the extractions of \(layer) do not fit together")
      }
      layout = here
      let path = folder.tokensPath(extraction)
      files.append(
        (try OpenFile(path, size: here.total * extraction.images.count), extraction.images))
    }
    guard let layout else { throw ExperimentError("\(folder.path): no tokens of \(layer)") }
    self.files = files
    shape = layout.shape
    offset = layout.offset
    imageBytes = layout.total
    images = files.reduce(0) { $0 + $1.images.count }
    window = max(PositionProbe.batchSize, memory / (4 * layout.shape.channels))
  }

  /// The layer's shape, and where its bytes lie in an image's.
  private static func layout(
    _ layer: Layer, _ extraction: Extraction, _ folder: WorkFolder
  ) throws(ExperimentError) -> (shape: MapShape, offset: Int, total: Int) {
    let result = try folder.result(of: .extract(extraction))
    var found: (shape: MapShape, offset: Int)?
    var total = 0
    for other in extraction.layers where extraction.spilled.contains(other) {
      let shape = try result.shape(other)
      if other == layer { found = (shape, total) }
      total += 4 * shape.count
    }
    guard let found else { throw ExperimentError("\(folder.path): no tokens of \(layer)") }
    return (found.shape, found.offset, total)
  }

  /// Reads the layer's map of one image to `target`, `shape.count` values.
  func read(image: Int, into target: UnsafeMutablePointer<Float>) throws(ExperimentError) {
    guard let place = files.first(where: { $0.images.contains(image) }) else {
      throw ExperimentError("image \(image): no tokens were kept")
    }
    try place.file.read(
      UnsafeMutableRawBufferPointer(start: target, count: 4 * shape.count),
      at: (image - place.images.lowerBound) * imageBytes + offset)
  }

  /// All tokens in memory.
  func resident() throws(ExperimentError) -> ResidentTokens {
    var failure: ExperimentError?
    let values = [Float](unsafeUninitializedCapacity: images * shape.count) { buffer, filled in
      do throws(ExperimentError) {
        for image in 0..<images {
          if let start = buffer.baseAddress {
            try read(image: image, into: start + image * shape.count)
          }
        }
        filled = images * shape.count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return ResidentTokens(values, channels: channels)
  }

  /// Copies the tokens at `indices` in one sweep over the images that they come from.
  func gather(
    _ indices: ArraySlice<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(ExperimentError) {
    let tokens = shape.height * shape.width
    let wanted = indices.enumerated().map { (token: $0.element, place: $0.offset) }
      .sorted { $0.token < $1.token }
    let map = UnsafeMutablePointer<Float>.allocate(capacity: shape.count)
    defer { map.deallocate() }
    var loaded = -1
    for (token, place) in wanted {
      if token / tokens != loaded {
        loaded = token / tokens
        try read(image: loaded, into: map)
      }
      (target + place * channels).update(
        from: map + token % tokens * channels, count: channels)
    }
  }

  /// A file open for reading at any place, by several threads at once.
  private final class OpenFile: Sendable {
    let path: String
    let descriptor: Int32

    init(_ path: String, size: Int) throws(ExperimentError) {
      self.path = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw ExperimentError(FileError(path, doing: "open", errno))
      }
      var info = stat()
      guard fstat(descriptor, &info) == 0, Int(info.st_size) == size else {
        throw ExperimentError(
          "\(path): expected \(size) bytes, found \(info.st_size); remove this file and run again")
      }
    }

    deinit { close(descriptor) }

    func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) throws(ExperimentError) {
      var done = 0
      while done < target.count {
        let count = pread(
          descriptor, target.baseAddress! + done, target.count - done, off_t(offset + done))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw ExperimentError(FileError(path, doing: "read", errno)) }
        done += count
      }
    }
  }
}
