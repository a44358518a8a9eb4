import Files
package import Layers
package import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Where units leave their results: `<output>/.cache/<name>-<fingerprint>`.
///
/// The fingerprint stands for everything the results depend on, so that a run that was killed goes
/// on, and a run with other options, images or weights starts anew.
package struct WorkFolder: Sendable {
  /// The folder's path.
  package let path: String
  /// Whether results must be on the disk before they count: other machines rely on them, and a run
  /// that spans machines does not end when one of them stops.
  package var durable = false

  /// The folder for a model's name and a fingerprint of 64 hexadecimal digits.
  package init(output: String, name: String, fingerprint: String) {
    path = Folder.join(Folder.join(output, ".cache"), "\(name)-\(fingerprint.prefix(16))")
  }

  /// Creates the folder if it is missing.
  ///
  /// - Throws: ``ExperimentError`` where it cannot be created.
  package func create() throws(ExperimentError) {
    do throws(FileError) { try Folder.create(path) } catch { throw ExperimentError(error) }
  }

  /// A new folder inside this one, for files on their way to the output: no other process has it.
  ///
  /// - Throws: ``ExperimentError`` where it cannot be created.
  package func staging() throws(ExperimentError) -> String {
    try create()
    var template = Array("\(path)/files-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ExperimentError(FileError(path, doing: "create a folder in it", errno))
    }
    return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Starts a work file that will be `path`.
  func file(_ path: String) throws(ExperimentError) -> WorkFile {
    try WorkFile(path, durable: durable)
  }

  /// Work folders of the same model with another fingerprint: runs that never came to their end.
  package func others(name: String) -> [String] {
    let above = Folder.parent(of: path)
    let names = (try? Folder.names(in: above)) ?? []
    return names.filter {
      $0.hasPrefix("\(name)-") && $0.count == name.count + 17 && $0 != Folder.name(of: path)
    }.map { Folder.join(above, $0) }
  }

  /// Whether `unit` has been done.
  package func isDone(_ unit: WorkUnit) -> Bool { Folder.isFile(resultPath(unit)) }

  /// The file with a unit's result.
  package func resultPath(_ unit: WorkUnit) -> String {
    Folder.join(path, "\(unit.name).safetensors")
  }

  /// The file with the tokens that an extraction spilled.
  package func tokensPath(_ extraction: Extraction) -> String {
    Folder.join(path, "\(extraction.name).tokens")
  }

  /// Writes a unit's result; from then on it is done.
  ///
  /// - Throws: ``ExperimentError``, for instance on a full disk.
  package func save(
    _ arrays: [(key: String, value: NDArray)], as unit: WorkUnit
  ) throws(ExperimentError) {
    try ArrayFiles.writeWork(arrays, to: resultPath(unit), durable: durable)
  }

  /// Opens a unit's result.
  ///
  /// - Throws: ``ExperimentError`` where it is missing or damaged.
  package func result(of unit: WorkUnit) throws(ExperimentError) -> UnitResult {
    do throws(TensorError) {
      return UnitResult(file: try SafeTensors(resultPath(unit)))
    } catch { throw ExperimentError(error.description) }
  }

  /// The size of the file at `path` in bytes; nil where there is none.
  package func size(of path: String) -> Int? {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : nil
  }

  /// Bytes that are free for work files; nil where the system does not say.
  package var freeBytes: Int? {
    var info = statvfs()
    return statvfs(path, &info) == 0 ? Int(info.f_bavail) * Int(info.f_frsize) : nil
  }

  func removeFile(_ path: String) { unlink(path) }

  /// Removes the folder, and `.cache` with it where nothing else lies there.
  package func remove() {
    for name in (try? Folder.names(in: path)) ?? [] {
      let entry = Folder.join(path, name)
      guard Folder.isFolder(entry) else {
        unlink(entry)
        continue
      }
      for file in (try? Folder.names(in: entry)) ?? [] { unlink(Folder.join(entry, file)) }
      rmdir(entry)
    }
    rmdir(path)
    rmdir(Folder.parent(of: path))
  }
}

/// The arrays a unit left.
package struct UnitResult: Sendable {
  private let file: SafeTensors

  init(file: SafeTensors) { self.file = file }

  /// Whether there is an array called `name`.
  package func has(_ name: String) -> Bool { file.names.contains(name) }

  /// The array called `name`.
  ///
  /// - Throws: ``ExperimentError`` where there is none.
  package func array(_ name: String) throws(ExperimentError) -> NDArray {
    do throws(TensorError) { return try file.array(named: name) } catch {
      throw ExperimentError(error.description)
    }
  }

  /// The values of the array called `name` as float32.
  package func floats(_ name: String) throws(ExperimentError) -> [Float] {
    try array(name).floats()
  }

  /// Height, width and channels of `layer`.
  package func shape(_ layer: Layer) throws(ExperimentError) -> MapShape {
    guard let values = try array("shape/\(layer.name)").int64s(), values.count == 3 else {
      throw ExperimentError("\(file.path): expected height, width and channels of \(layer)")
    }
    return MapShape(
      height: Int(values[0]), width: Int(values[1]), channels: Int(values[2]))
  }
}

/// The shape of one layer's map.
package struct MapShape: Hashable, Sendable {
  /// Rows of tokens.
  package let height: Int
  /// Columns of tokens.
  package let width: Int
  /// Values of a token.
  package let channels: Int
  /// Values of the map.
  package var count: Int { height * width * channels }

  /// A map of height x width tokens with `channels` values each.
  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }
}
