import Files
public import Images

/// The images of an extraction, by path: each is looked at first and loaded when its turn comes.
public struct ImageList: Sendable {
  /// Paths in order; the place in this list is the image's index.
  public let paths: [String]
  /// Width and height of every file.
  public let sizes: [(width: Int, height: Int)]
  /// The side that images are resized to, or nil to take them as they are.
  public let side: Int?

  /// The files and folders' files (by name, as METHOD's step 0 says) that `inputs` name.
  ///
  /// Reads every file's header, so that one that is no image fails before any work is done.
  ///
  /// - Throws: ``ModelError`` naming the file or folder that cannot be used.
  public init(_ inputs: [String], side: Int? = nil) throws(ModelError) {
    if let side, !(8...16384).contains(side) {
      throw ModelError("expected a size of 8 to 16384 pixels, found \(side)")
    }
    var paths: [String] = []
    for input in inputs {
      if Folder.isFolder(input) {
        let found: [String]
        do throws(FileError) {
          found = try ImageFolder.list(input)
        } catch { throw ModelError(error) }
        guard !found.isEmpty else {
          throw ModelError("\(input): expected images named .png, .jpg or .jpeg, found none")
        }
        paths += found
      } else {
        paths.append(input)
      }
    }
    guard !paths.isEmpty else { throw ModelError("expected at least one image") }
    var sizes: [(width: Int, height: Int)] = []
    for path in paths {
      do throws(ImageError) {
        sizes.append(try ImageFile.size(path))
      } catch { throw ModelError(error.description) }
    }
    self.paths = paths
    self.sizes = sizes
    self.side = side
  }

  /// Whether all images enter the network at one size.
  public var areAlike: Bool {
    side != nil || sizes.dropFirst().allSatisfy { $0 == sizes[0] }
  }

  /// The longest side in pixels with which an image enters the network.
  public var largestSide: Int {
    side ?? sizes.map { max($0.width, $0.height) }.max() ?? 0
  }

  /// The image at `index`, resized where ``side`` says so.
  ///
  /// - Throws: ``ModelError`` naming the file.
  public func load(_ index: Int) throws(ModelError) -> RGBImage {
    do throws(ImageError) {
      let image = try ImageFile.load(paths[index])
      return side.map { image.resized(width: $0, height: $0) } ?? image
    } catch { throw ModelError(error.description) }
  }
}
