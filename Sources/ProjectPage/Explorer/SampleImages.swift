import Files
import Images

/// The photographs that the explorer offers, out of a folder with a `LICENCES.tsv`.
struct SampleImages {
  /// One photograph, ready for the page.
  struct Sample {
    /// The file's name in the folder.
    let file: String
    let image: ExplorerCatalogue.Image
    let thumbnail: [UInt8]
    let script: [UInt8]
  }

  /// How many are offered where the content file names none.
  private static let standardCount = 6
  /// The side of thumbnails: twice what the page shows, for fine screens.
  private static let thumbnailSide = 160

  private(set) var samples: [Sample] = []
  private(set) var warnings: [String] = []
  private let folder: String
  private let licences: [String: [String: String]]

  /// The photographs of `folder` that `content` names, or the first ones.
  ///
  /// - Throws: ``PageError`` where a file cannot be read.
  init(folder: String, content: Content) throws(PageError) {
    self.folder = folder
    licences = try Self.licences(Folder.join(folder, "LICENCES.tsv"))
    for entry in content["explorer.samples"]?.elements ?? [] {
      let file = entry.fields["file"]?.text ?? ""
      guard PlainName.isOne(file), Folder.isFile(Folder.join(folder, file)) else {
        let place = "\(entry.location.file):\(entry.location.line)"
        warnings.append("\(place): a sample is left out: \(folder) has no image named \(file)")
        continue
      }
      try add(file, name: entry.fields["name"]?.text ?? file)
    }
    if samples.isEmpty {
      let paths: [String]
      do { paths = try ImageFolder.list(folder) } catch { throw PageError([.init(error)]) }
      for path in paths.prefix(Self.standardCount) where PlainName.isOne(Folder.name(of: path)) {
        let file = Folder.name(of: path)
        try add(file, name: Self.words(licences[file]?["original"] ?? Self.stem(file)))
      }
    }
  }

  private mutating func add(_ file: String, name: String) throws(PageError) {
    let path = Folder.join(folder, file)
    let id = Self.stem(file)
    guard !samples.contains(where: { $0.image.id == id }) else { return }
    let small: [UInt8]
    do throws(ImageError) {
      let picture = try ImageFile.load(path)
      small = try JPEGFile.encode(
        Self.square(picture).resized(width: Self.thumbnailSide, height: Self.thumbnailSide),
        quality: 85, name: path)
    } catch {
      throw PageError([PageProblem(SourceLocation(path, line: 0), "\(error)")])
    }
    let licence = licences[file] ?? [:]
    let script = "explorer/images/\(id).txt"
    let image = ExplorerCatalogue.Image(
      id: id, name: name, thumbnail: "explorer/images/\(id).jpg", file: script,
      author: licence["author"], licence: licence["licence"],
      source: licence["source"].flatMap { Escaping.url($0) == nil ? nil : $0 })
    samples.append(
      Sample(
        file: file, image: image, thumbnail: small,
        script: ScriptFile.bytes(try JSONFile.bytes(of: path), name: script)))
  }

  private static func square(_ picture: RGBImage) -> RGBImage {
    let side = min(picture.width, picture.height)
    guard picture.width != picture.height else { return picture }
    let (left, top) = ((picture.width - side) / 2, (picture.height - side) / 2)
    var pixels: [UInt8] = []
    for row in top..<top + side {
      let start = (row * picture.width + left) * 3
      pixels += picture.pixels[start..<start + side * 3]
    }
    return RGBImage(width: side, height: side, pixels: pixels)
  }

  /// Rows of a table with a header, by the file that they are about.
  private static func licences(_ path: String) throws(PageError) -> [String: [String: String]] {
    guard Folder.isFile(path) else { return [:] }
    let text = String(decoding: try JSONFile.bytes(of: path), as: UTF8.self)
    let rows = text.split(whereSeparator: \.isNewline).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(unquoted)
    }
    guard let header = rows.first else { return [:] }
    var table: [String: [String: String]] = [:]
    for row in rows.dropFirst() {
      let fields = zip(header, row).filter { !$0.1.isEmpty }
      let values = Dictionary(fields.map { ($0.0, $0.1) }) { first, _ in first }
      if let file = values["file"] { table[file] = values }
    }
    return table
  }

  /// A field as Python's csv module writes it: in quotes, doubled inside, where it holds one.
  private static func unquoted(_ field: Substring) -> String {
    guard field.count >= 2, field.hasPrefix("\""), field.hasSuffix("\"") else {
      return String(field)
    }
    return String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  /// A file's name without its extension, and without dots.
  private static func stem(_ file: String) -> String {
    file.split(separator: ".").dropLast().joined(separator: "-")
  }

  /// `erase-long_nosed_monkey` as `long nosed monkey`: what a reader may make of a file's name.
  private static func words(_ stem: String) -> String {
    let last = stem.split(separator: "-").last.map(String.init) ?? stem
    return last.replacing("_", with: " ")
  }
}
