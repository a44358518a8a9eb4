internal import Files
internal import Images

/// Makes one stored image of one candidate, or says why not.
struct PictureMaker: Sendable {
  /// What became of a candidate.
  enum Outcome: Sendable {
    /// The image lies in the cache under this name.
    case made(Made)
    /// Its shorter side is under the limit.
    case tooSmall
    /// It cannot be read: one sentence.
    case broken(String)
    /// Something that more pictures would not mend, for instance a full disk.
    case failed(DatasetError)
  }

  /// A stored image before it has its place.
  struct Made: Sendable {
    let cacheName: String
    let sha256: String
    let sourceSHA256: String
    let width: Int
    let height: Int
  }

  let options: DatasetOptions
  let cache: String
  /// Images of an earlier run with the same options, by their source's hash.
  let earlier: [String: EarlierImage]

  /// Runs on any thread.
  func make(_ bytes: [UInt8], title: String) -> Outcome {
    let sourceSHA256 = SHA256Hex.of(bytes)
    do throws(ImageError) {
      let size = try bytes.withTypedBytes { (raw) throws(ImageError) in
        try ImageFile.size(of: raw, name: title)
      }
      if min(size.width, size.height) < options.minSide { return .tooSmall }
      let name = "\(sourceSHA256).\(options.format.fileExtension)"
      let path = Folder.join(cache, name)
      let encoded: [UInt8]
      if let done = reused(sourceSHA256, path) {
        encoded = done
      } else {
        let image = try bytes.withTypedBytes { (raw) throws(ImageError) in
          try ImageFile.decodeUpright(raw, name: title)
        }
        encoded = try encode(image.centreSquare(size: options.size), title)
      }
      do throws(FileError) {
        try AtomicFile.write(encoded, to: path, keepIfEqual: true)
      } catch {
        return .failed(DatasetError(error))
      }
      return .made(
        Made(
          cacheName: name, sha256: SHA256Hex.of(encoded), sourceSHA256: sourceSHA256,
          width: size.width, height: size.height))
    } catch {
      return .broken(error.description)
    }
  }

  private func encode(_ image: RGBImage, _ title: String) throws(ImageError) -> [UInt8] {
    switch options.format {
    case .png:
      try PNGFile.encode(
        image.pixels, width: image.width, height: image.height, layout: .rgb, name: title)
    case .jpeg: try JPEGFile.encode(image, quality: 95, name: title)
    }
  }

  /// The bytes that a run before this one made, where they are there and whole.
  private func reused(_ sourceSHA256: String, _ cached: String) -> [UInt8]? {
    // A file in the cache is whole: it got its name when it was.
    if let file = try? MappedFile(cached) { return file.withBytes { Array($0) } }
    guard let image = earlier[sourceSHA256], let file = try? MappedFile(image.path) else {
      return nil
    }
    let bytes = file.withBytes { Array($0) }
    return SHA256Hex.of(bytes) == image.sha256 ? bytes : nil
  }
}

/// An image that an earlier run stored.
struct EarlierImage: Sendable {
  let path: String
  let sha256: String
}

extension [UInt8] {
  /// `withUnsafeBytes` that passes a typed error on.
  fileprivate func withTypedBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = withUnsafeBytes { raw -> Swift.Result<Result, Failure> in
      do throws(Failure) {
        return .success(try body(raw))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
