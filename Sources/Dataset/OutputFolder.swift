internal import Files
internal import Foundation
internal import Images

/// The folder that a dataset goes to: images of an earlier run, the cache of this one.
struct OutputFolder {
  let path: String
  /// What the folder held before, where that was a dataset.
  let earlier: Manifest?

  /// Where made images wait for their names; it goes when the dataset is complete.
  var cache: String { Folder.join(path, ".cache") }

  /// Looks at the folder and makes its cache.
  ///
  /// - Throws: ``DatasetError`` where it holds pictures that no dataset run put there, or may not
  ///   be written.
  init(_ path: String, for options: Manifest.Options) throws(DatasetError) {
    self.path = path
    earlier = Manifest.read(path)
    do throws(FileError) {
      if Folder.isFolder(path) {
        let begun = earlier != nil || Folder.isFolder(Folder.join(path, ".cache"))
        let foreign = try ImageFolder.list(path).first {
          !(begun && Self.isOurs(Folder.name(of: $0)))
        }
        if let foreign {
          throw FileError(
            path: path,
            "\(path): expected an empty folder or an earlier dataset, found \(foreign), which would"
              + " become part of it")
        }
      }
      try Folder.create(cache)
      try forgetOtherOptions(options)
    } catch {
      throw DatasetError(error)
    }
  }

  /// Images of the earlier dataset that serve again, by their source's hash.
  func reusable(_ options: Manifest.Options, encoder: String) -> [String: EarlierImage] {
    guard let earlier, earlier.encoder == encoder, earlier.options.size == options.size,
      earlier.options.format == options.format
    else { return [:] }
    return Dictionary(
      earlier.images.map {
        (
          $0.sourceSHA256,
          EarlierImage(path: Folder.join(path, $0.fileName), sha256: $0.sha256)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Gives every image its name, drops what an earlier dataset had beyond them, and writes
  /// `metadata.csv` and `manifest.json`.
  ///
  /// - Throws: ``DatasetError`` from the system.
  func complete(_ manifest: Manifest, cacheNames: [String]) throws(DatasetError) {
    do throws(FileError) {
      for (image, cacheName) in zip(manifest.images, cacheNames) {
        // A copy, as one picture may be found twice; equal files keep their time.
        let bytes = try MappedFile(Folder.join(cache, cacheName)).withBytes { Array($0) }
        try AtomicFile.write(bytes, to: Folder.join(path, image.fileName), keepIfEqual: true)
      }
      let names = Set(manifest.images.map(\.fileName))
      for old in try ImageFolder.list(path) where !names.contains(Folder.name(of: old)) {
        unlink(old)
      }
      try AtomicFile.write(
        Metadata.csv(manifest.images), to: Folder.join(path, "metadata.csv"), keepIfEqual: true)
      guard let json = try? manifest.encoded() else {
        throw FileError(path: path, "\(path): manifest.json cannot be encoded")
      }
      try AtomicFile.write(json, to: Folder.join(path, "manifest.json"), keepIfEqual: true)
    } catch {
      throw DatasetError(error)
    }
    discardCache()
  }

  /// Removes the cache, and the folder where nothing else is in it.
  func discardCache() {
    try? FileManager.default.removeItem(atPath: cache)
    rmdir(path)
  }

  /// Cached images are named by their source alone, so they must all be of one size and format.
  private func forgetOtherOptions(_ options: Manifest.Options) throws(FileError) {
    let mark = Folder.join(cache, "options")
    let wanted = Array("\(options.size) \(options.format)\n".utf8)
    let found = (try? MappedFile(mark))?.withBytes { Array($0) }
    guard found != wanted else { return }
    for name in try Folder.names(in: cache) { unlink(Folder.join(cache, name)) }
    try AtomicFile.write(wanted, to: mark)
  }

  /// Whether `name` is one that rows get: five digits or more.
  private static func isOurs(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return parts.count == 2 && parts[0].utf8.count >= 5
      && parts[0].utf8.allSatisfy { (48...57).contains($0) } && ["png", "jpg"].contains(parts[1])
  }
}
