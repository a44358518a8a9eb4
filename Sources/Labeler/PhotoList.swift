internal import Files
internal import Images

/// The photographs beside the norm maps, by image index.
public struct PhotoList: Sendable {
  /// A photograph as the browser gets it.
  struct Photo {
    let bytes: [UInt8]
    let type: String
  }

  private let paths: [String]

  /// The number of photographs.
  public var count: Int { paths.count }

  /// No photographs.
  public init() { paths = [] }

  /// The images of `folder` in the order of their index.
  ///
  /// - Throws: ``LabelError`` where `folder` cannot be read or has none.
  public init(folder: String) throws(LabelError) {
    paths = try passingOn { () throws(FileError) in try ImageFolder.list(folder) }
    if paths.isEmpty { throw LabelError("\(folder): expected images (.png, .jpg), found none") }
  }

  /// The paths of the images.
  public var files: [String] { paths }

  /// One photograph as its file has it, or nil where there is none that a browser can show.
  func photo(_ image: Int) -> Photo? {
    guard paths.indices.contains(image), let file = try? MappedFile(paths[image]) else {
      return nil
    }
    let bytes = file.withBytes { Array($0) }
    if bytes.starts(with: [0x89, 0x50]) { return Photo(bytes: bytes, type: "image/png") }
    if bytes.starts(with: [0xFF, 0xD8]) { return Photo(bytes: bytes, type: "image/jpeg") }
    return nil
  }
}
