import Files
public import Kernels
public import Layers

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A `.safetensors` file of representations that is filled image by image: one tensor a layer, F32
/// `[images, C, h, w]`, in forward order, without metadata.
///
/// Nothing but one image's map is held in memory, whatever the file's size.
public struct RepresentationFile {
  /// The shape of one layer's output.
  public struct LayerShape: Sendable, Equatable {
    /// The layer.
    public let layer: Layer
    /// The number of channels.
    public let channels: Int
    /// The number of token rows.
    public let height: Int
    /// The number of token columns.
    public let width: Int

    /// The shape of a map that `layer` gave.
    public init(_ layer: Layer, _ map: FeatureMap) {
      self.layer = layer
      (channels, height, width) = (map.channels, map.height, map.width)
    }

    var count: Int { channels * height * width }
  }

  private let path: String
  private let descriptor: Int32
  private let images: Int
  private let places: [Layer: (offset: Int, shape: LayerShape)]

  /// Writes the header for `images` maps of each of `shapes` and reserves the space.
  ///
  /// - Parameter descriptor: An empty file open for writing, such as `AtomicFile.replace` gives.
  /// - Throws: `FileError` naming `path`, for instance where the disk is too small.
  init(
    descriptor: Int32, path: String, images: Int, shapes: [LayerShape]
  ) throws(FileError) {
    var places: [Layer: (offset: Int, shape: LayerShape)] = [:]
    var entries: [String] = []
    var end = 0
    for shape in shapes {
      let start = end
      end += images * shape.count * 4
      places[shape.layer] = (start, shape)
      entries.append(
        "\"\(shape.layer.name)\":{\"dtype\":\"F32\",\"shape\":[\(images),\(shape.channels),"
          + "\(shape.height),\(shape.width)],\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    // Data start at a multiple of 8 bytes, as in files of the safetensors library.
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    self.path = path
    self.descriptor = descriptor
    self.images = images
    let dataStart = header.count + 8
    self.places = places.mapValues { (offset: $0.offset + dataStart, shape: $0.shape) }
    let code = posix_fallocate(descriptor, 0, off_t(dataStart + end))
    guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
      throw FileError(path, doing: "reserve \(dataStart + end) bytes", code)
    }
    try Self.write(length + header, at: 0, to: descriptor, path: path)
  }

  /// Writes the output of `layer` for the image at place `image`, channel by channel.
  ///
  /// - Throws: `FileError` naming the path; also where the map has another shape than announced.
  func write(_ map: FeatureMap, layer: Layer, image: Int) throws(FileError) {
    guard let place = places[layer], (0..<images).contains(image) else {
      throw FileError(path: path, "\(path): holds no place for \(layer.name) of image \(image)")
    }
    guard LayerShape(layer, map) == place.shape else {
      throw FileError(
        path: path,
        "\(path): expected \(layer.name) of image \(image) to be \(place.shape.height)x"
          + "\(place.shape.width), found \(map.height)x\(map.width)")
    }
    let values = map.channelFirst()
    try Self.write(
      values, at: place.offset + image * place.shape.count * 4, to: descriptor, path: path)
  }

  private static func write<Element: BitwiseCopyable>(
    _ values: [Element], at offset: Int, to descriptor: Int32, path: String
  ) throws(FileError) {
    var failure: Int32 = 0
    values.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = pwrite(
          descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
          off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        if count <= 0 {
          failure = count < 0 ? errno : EIO
          return
        }
        done += count
      }
    }
    if failure != 0 { throw FileError(path, doing: "write", failure) }
  }
}

extension FeatureMap {
  /// The values channel by channel, `[channels, height, width]`, as PyTorch lays them out.
  public func channelFirst() -> [Float] {
    let (tokens, channels) = (tokens, channels)
    return withValues { source in
      [Float](unsafeUninitializedCapacity: source.count) { target, filled in
        // Tiles of 16 x 16 keep both sides in the cache.
        for firstToken in stride(from: 0, to: tokens, by: 16) {
          for firstChannel in stride(from: 0, to: channels, by: 16) {
            for token in firstToken..<min(firstToken + 16, tokens) {
              for channel in firstChannel..<min(firstChannel + 16, channels) {
                target[channel * tokens + token] = source[token * channels + channel]
              }
            }
          }
        }
        filled = source.count
      }
    }
  }
}
