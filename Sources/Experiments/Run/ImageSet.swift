import Dispatch
import Files
package import Images
import Synchronization

/// The images of one run: all of one size, every one decoded once before work begins.
package struct ImageSet: Sendable {
  /// Paths in order of index.
  package let paths: [String]
  /// SHA-256 of each file.
  package let hashes: [String]
  /// Images in the folder, those left out by a limit included.
  package let available: Int
  /// Width of every image in pixels.
  package let width: Int
  /// Height of every image in pixels.
  package let height: Int

  /// Lists and checks the images of `folder`, at most the first `limit` of them.
  ///
  /// - Throws: ``ExperimentError`` naming every image that cannot be read, or the first of another
  ///   size than the first.
  package init(folder: String, limit: Int?) throws(ExperimentError) {
    let all: [String]
    do throws(FileError) { all = try ImageFolder.list(folder) } catch {
      throw ExperimentError(error)
    }
    guard !all.isEmpty else {
      throw ExperimentError("\(folder): expected .png, .jpg or .jpeg files, found none")
    }
    let paths = Array(all.prefix(limit ?? all.count))
    let checks = Mutex([Result<Check, ImageError>?](repeating: nil, count: paths.count))
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let result = Result { () throws(ImageError) in try Check(paths[index]) }
      checks.withLock { $0[index] = result }
    }
    var good: [Check] = []
    var failures: [String] = []
    for result in checks.withLock({ $0 }) {
      switch result {
      case .success(let check): good.append(check)
      case .failure(let error): failures.append(error.description)
      case nil: break
      }
    }
    if !failures.isEmpty {
      let count = failures.count == 1 ? "" : "\(failures.count) images cannot be read: "
      throw ExperimentError(count + failures.joined(separator: "; "))
    }
    if let odd = good.indices.first(where: {
      (good[$0].width, good[$0].height) != (good[0].width, good[0].height)
    }) {
      throw ExperimentError(
        "\(paths[odd]): expected \(good[0].width)x\(good[0].height) pixels as in \(paths[0]), found"
          + " \(good[odd].width)x\(good[odd].height); experiments need images of one size"
          + " (`unetlens dataset` makes such)")
    }
    self.paths = paths
    hashes = good.map(\.hash)
    available = all.count
    (width, height) = (good[0].width, good[0].height)
  }

  /// The images of `folder` as another process found and checked them; ``load(_:)`` compares hashes.
  package init(
    folder: String, files: [(name: String, hash: String)], available: Int, width: Int, height: Int
  ) {
    paths = files.map { Folder.join(folder, $0.name) }
    hashes = files.map(\.hash)
    self.available = available
    (self.width, self.height) = (width, height)
  }

  /// One hash over all files, in order.
  package var hash: String { SHA256Hex.of(hashes.joined(separator: "\n").utf8) }

  /// The images of `range`.
  ///
  /// - Throws: ``ExperimentError`` where one can no longer be read as it was.
  package func load(_ range: Range<Int>) throws(ExperimentError) -> [RGBImage] {
    var images: [RGBImage] = []
    for index in range {
      let path = paths[index]
      let loaded: (image: RGBImage, hash: String)
      do throws(ImageError) { loaded = try Check.decode(path) } catch {
        throw ExperimentError(error.description)
      }
      guard loaded.hash == hashes[index] else {
        throw ExperimentError(
          "\(path): expected the image as it was when the run began, found another")
      }
      images.append(loaded.image)
    }
    return images
  }

  private struct Check: Sendable {
    let hash: String
    let width: Int
    let height: Int

    init(_ path: String) throws(ImageError) {
      let (image, hash) = try Self.decode(path)
      self.hash = hash
      (width, height) = (image.width, image.height)
    }

    /// The pixels and the file's SHA-256.
    static func decode(_ path: String) throws(ImageError) -> (image: RGBImage, hash: String) {
      let file: MappedFile
      do throws(FileError) { file = try MappedFile(path) } catch {
        throw ImageError(error)
      }
      return try file.withBytes { (bytes) throws(ImageError) in
        (try ImageFile.decode(bytes, name: path), SHA256Hex.of(bytes))
      }
    }
  }
}
