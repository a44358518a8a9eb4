import Files

/// torch's file, `.pt` or `.bin`: a zip of one pickle and the storages it names.
public enum TorchArchive {
  /// Reads what `torch.save` wrote to `path`.
  ///
  /// Tensors of any stride, offset or shared storage come row-major; contiguous ones stay in the
  /// mapped file. numpy arrays come as arrays, OrderedDicts as dicts, numpy scalars as arrays
  /// without dimensions.
  ///
  /// - Throws: ``TensorError`` where it cannot be read, is no torch archive, or its pickle asks for
  ///   anything other than arrays, containers and plain values.
  public static func read(_ path: String) throws(TensorError) -> Archive {
    let zip = try ZipArchive(try Source.map(path), path: path)
    guard let pickle = pickle(in: zip) else {
      throw TensorError(path: path, "expected a torch archive, found a zip without a data.pkl")
    }
    return try read(zip, pickle)
  }

  /// The entry `<name>/data.pkl`, where there is one.
  static func pickle(in zip: ZipArchive) -> ZipArchive.Entry? {
    zip.entries.first { entry in
      entry.name.hasSuffix("/data.pkl") && entry.name.utf8.count(where: { $0 == 0x2F }) == 1
    }
  }

  static func read(_ zip: ZipArchive, _ pickle: ZipArchive.Entry) throws(TensorError) -> Archive {
    let folder = pickle.name.dropLast("data.pkl".count)
    if zip.entry(folder + "constants.pkl") != nil {
      throw TensorError(
        path: zip.path, "expected what torch.save writes, found a TorchScript program")
    }
    var budget = MemoryBudget(fileSize: zip.source.count)
    var isBigEndian = false
    if let entry = zip.entry(folder + "byteorder") {
      let order = try zip.contents(of: entry, budget: &budget, mayLackChecksum: true)
      isBigEndian = order.withBytes { $0.elementsEqual("big".utf8) }
      guard isBigEndian || order.withBytes({ $0.elementsEqual("little".utf8) }) else {
        throw TensorError(
          path: zip.path, "expected byte order little or big, found something else")
      }
    }
    let program = try zip.contents(of: pickle, budget: &budget, mayLackChecksum: true)
    let storages = TorchStorages(zip: zip, folder: folder + "data/")
    do throws(FormatProblem) {
      return try read(program, budget, isBigEndian: isBigEndian) {
        (key, budget) throws(FormatProblem) in try storages.bytes(key, &budget)
      }
    } catch { throw error.error(zip.path) }
  }

  /// Interprets the pickle `program` over `storages`, without an archive around them.
  package static func read(
    program: ArrayStorage, storages: [String: [UInt8]], path: String
  ) throws(TensorError) -> Archive {
    let budget = MemoryBudget(fileSize: program.count)
    do throws(FormatProblem) {
      return try read(program, budget, isBigEndian: false) { (key, _) throws(FormatProblem) in
        guard let bytes = storages[key] else {
          throw FormatProblem("expected a storage \(TensorError.quoted(key)), found none")
        }
        return ArrayStorage(bytes)
      }
    } catch { throw error.error(path) }
  }

  private static func read(
    _ program: ArrayStorage, _ budget: MemoryBudget, isBigEndian: Bool,
    _ storage: @escaping PickleReader.StorageLookup
  ) throws(FormatProblem) -> Archive {
    try program.withBytes { (bytes) throws(FormatProblem) in
      var reader = PickleReader(
        bytes, budget: budget, isBigEndian: isBigEndian, storage: storage)
      return try reader.read()
    }
  }
}

/// The storages of a torch archive, each looked up and checked once.
private final class TorchStorages {
  private let zip: ZipArchive
  private let folder: String
  private var known: [String: ArrayStorage] = [:]

  init(zip: ZipArchive, folder: String) {
    self.zip = zip
    self.folder = folder
  }

  func bytes(_ key: String, _ budget: inout MemoryBudget) throws(FormatProblem) -> ArrayStorage {
    if let bytes = known[key] { return bytes }
    guard let entry = zip.entry(folder + key) else {
      throw FormatProblem("expected a storage \(TensorError.quoted(key)), found none")
    }
    do throws(TensorError) {
      let bytes = try zip.contents(of: entry, budget: &budget, mayLackChecksum: true)
      known[key] = bytes
      return bytes
    } catch { throw FormatProblem(error.reason) }
  }
}
