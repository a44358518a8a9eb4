import Files
import Tensors

/// Arrays to files, with this module's errors.
enum ArrayFiles {
  /// Writes a work file with a checksum of its arrays in the header.
  static func writeWork(
    _ arrays: [(key: String, value: NDArray)], to path: String, durable: Bool
  ) throws(ExperimentError) {
    let bytes: [UInt8]
    do throws(TensorError) {
      bytes = try SafeTensors.bytes(of: arrays, metadata: ["checksum": checksum(arrays)])
    } catch { throw ExperimentError(error.description) }
    let file = try WorkFile(path, durable: durable)
    var failure: ExperimentError?
    bytes.withUnsafeBytes {
      do throws(ExperimentError) { try file.append($0) } catch { failure = error }
    }
    if let failure { throw failure }
    try file.commit()
  }

  /// One SHA-256 over names, shapes and bytes of `arrays`, in byte order of name.
  static func checksum(_ arrays: [(key: String, value: NDArray)]) -> String {
    let lines = arrays.map { name, array in
      let shape = array.shape.map(String.init).joined(separator: ",")
      return
        "\(name) \(array.dtype.rawValue) \(shape) \(array.storage.withBytes { SHA256Hex.of($0) })"
    }
    let sorted = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return SHA256Hex.of(sorted.joined(separator: "\n").utf8)
  }

  static func writeSafeTensors(
    _ arrays: [(key: String, value: NDArray)], metadata: [String: String], to path: String
  ) throws(ExperimentError) {
    do throws(TensorError) {
      try SafeTensors.write(arrays, metadata: metadata, to: path)
    } catch { throw ExperimentError(error.description) }
  }

  static func writeTorch(
    _ archive: Archive, to path: String, as kind: TorchArchive.ArrayKind = .tensor
  ) throws(ExperimentError) {
    do throws(TensorError) { try TorchArchive.write(archive, to: path, as: kind) } catch {
      throw ExperimentError(error.description)
    }
  }

  static func writeNPY(_ array: NDArray, to path: String) throws(ExperimentError) {
    do throws(TensorError) { try NPY.write(array, to: path) } catch {
      throw ExperimentError(error.description)
    }
  }
}
