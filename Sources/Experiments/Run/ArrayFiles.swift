import Files
import Tensors

/// Arrays to files, with this module's errors.
enum ArrayFiles {
  /// Writes a work file: quickly, without waiting for the disk.
  static func writeWork(
    _ arrays: [(key: String, value: NDArray)], to path: String
  ) throws(ExperimentError) {
    let bytes: [UInt8]
    do throws(TensorError) { bytes = try SafeTensors.bytes(of: arrays) } catch {
      throw ExperimentError(error.description)
    }
    let file = try WorkFile(path)
    var failure: ExperimentError?
    bytes.withUnsafeBytes {
      do throws(ExperimentError) { try file.append($0) } catch { failure = error }
    }
    if let failure { throw failure }
    try file.commit()
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
