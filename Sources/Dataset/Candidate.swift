/// A picture that a source offers, not yet read.
struct Candidate {
  /// The name of the class folder (or inner archive, or flat folder) it lies in.
  let className: String
  /// What metadata.csv says: the path below the source, or `archive/member`.
  let source: String
  /// What errors call it: the path, or archive and member.
  let title: String
  private let place: Place

  private enum Place {
    case file(String)
    case member(RandomAccessFile, Range<Int>)
  }

  /// No photograph has more bytes; a file that does is reported as broken.
  static let largest = 1 << 29

  /// A file in a folder.
  init(className: String, source: String, path: String) {
    self.className = className
    self.source = source
    title = path
    place = .file(path)
  }

  /// A member of an archive.
  init(className: String, source: String, archive: RandomAccessFile, bytes: Range<Int>) {
    self.className = className
    self.source = source
    title = source
    place = .member(archive, bytes)
  }

  /// The file's bytes.
  ///
  /// - Throws: ``DatasetError`` where it cannot be read or is too large to be a picture.
  func read() throws(DatasetError) -> [UInt8] {
    let (file, range): (RandomAccessFile, Range<Int>)
    switch place {
    case .file(let path):
      file = try RandomAccessFile(path)
      range = 0..<file.count
    case .member(let archive, let bytes): (file, range) = (archive, bytes)
    }
    guard range.count <= Self.largest else {
      throw DatasetError("\(title): expected a picture, found \(range.count) bytes")
    }
    return try file.read(range)
  }
}
