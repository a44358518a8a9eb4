internal import Files
internal import Images

/// A tar archive of pictures: in class folders, in inner archives named after their class, or all
/// in one heap.
struct Archive {
  private let file: RandomAccessFile
  private let title: String
  private let className: String

  /// Opens the archive at `path`.
  ///
  /// - Parameters:
  ///   - title: what stands before a member's name in metadata.csv; the file's name by default.
  ///   - className: the class of members that lie in no folder; the file's stem by default.
  /// - Throws: ``DatasetError`` where it cannot be opened or is compressed.
  init(_ path: String, title: String? = nil, className: String? = nil) throws(DatasetError) {
    file = try RandomAccessFile(path)
    let name = Folder.name(of: path)
    self.title = title ?? name
    self.className = className ?? ClassArchive.className(name) ?? name
    let magic = try file.read(0..<min(4, file.count))
    if magic.starts(with: [0x1F, 0x8B]) || magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || magic.starts(with: "BZh".utf8) || magic.starts(with: [0xFD, 0x37, 0x7A])
    {
      throw DatasetError("\(path): expected a plain tar archive, found a compressed one")
    }
    if file.count < 512 {
      throw DatasetError("\(path): expected a folder or a tar archive, found \(file.count) bytes")
    }
  }

  /// The names of the classes at the archive's top level, in byte order.
  func classNames() throws(DatasetError) -> [String] {
    var names: Set<String> = []
    var reader = TarReader(file)
    while let member = try reader.next() {
      if let inner = ClassArchive.className(Folder.name(of: member.name)) {
        names.insert(inner)
      } else if ImageFolder.isImageName(member.name) {
        names.insert(Self.className(of: member.name, else: className))
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Calls `body` as ``Source/visit(wanted:_:)`` does; false where `body` ended it.
  func visit(
    wanted: (String) -> Bool, _ body: (Candidate) throws(DatasetError) -> Bool
  ) throws(DatasetError) -> Bool {
    var reader = TarReader(file)
    while let member = try reader.next() {
      let name = Folder.name(of: member.name)
      if let inner = ClassArchive.className(name) {
        guard wanted(inner) else { continue }
        var innerReader = TarReader(file, member.bytes, title: "\(title)/\(member.name)")
        while let picture = try innerReader.next() {
          guard wanted(inner) else { break }
          guard try offer(picture, className: inner, archive: name, body) else { return false }
        }
      } else {
        let found = Self.className(of: member.name, else: className)
        guard wanted(found) else { continue }
        guard try offer(member, className: found, archive: title, body) else { return false }
      }
    }
    return true
  }

  private func offer(
    _ member: TarReader.Member, className: String, archive: String,
    _ body: (Candidate) throws(DatasetError) -> Bool
  ) throws(DatasetError) -> Bool {
    guard ImageFolder.isImageName(member.name) else { return true }
    return try body(
      Candidate(
        className: className, source: "\(archive)/\(member.name)", archive: file,
        bytes: member.bytes))
  }

  /// The folder a member lies in; without one the id its name begins with (`n02106662_18.JPEG`),
  /// else the archive's own class.
  private static func className(of member: String, else own: String) -> String {
    let parts = member.split(separator: "/")
    if parts.count > 1 { return String(parts[parts.count - 2]) }
    if ImageNetClass.isWnid(own) { return own }
    let stem = member.split(separator: "_").first.map(String.init) ?? ""
    return ImageNetClass.isWnid(stem) ? stem : own
  }
}
