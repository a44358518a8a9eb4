import Files
import Networks
import Tensors

/// Which values of the weight files a network computes with.
public enum WeightRounding: String, Sendable, CaseIterable {
  /// Rounded to float16, as the original loads every checkpoint; then computed with in float32.
  case published
  /// As they lie in the files.
  case stored
}

/// One network's weights, read from a checkpoint's files a tensor at a time.
final class WeightStore: WeightSource {
  private let tensors: [String: (array: NDArray, path: String)]
  private let files: WeightFiles
  private let rounding: WeightRounding
  private let spelling: WeightSpelling
  private var used: Set<String> = []

  /// The tensors of `files`, spelled as `spelling` says.
  ///
  /// - Throws: ``ModelError`` where a file cannot be read.
  init(
    _ files: WeightFiles, rounding: WeightRounding, spelling: WeightSpelling
  ) throws(ModelError) {
    tensors = try files.tensors()
    self.files = files
    self.rounding = rounding
    self.spelling = spelling
  }

  /// The name under which the files hold the tensor that the networks call `key`.
  private func stored(_ key: WeightKey) -> String? {
    spelling.candidates(for: key.description).first { tensors[$0] != nil }
  }

  func contains(_ key: WeightKey) -> Bool { stored(key) != nil }

  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard let name = stored(key), let entry = tensors[name] else { throw .missing(key) }
    used.insert(name)
    switch entry.array.dtype {
    case .float64, .float32, .float16, .bfloat16: break
    default:
      throw .unreadable(
        key, reason: Clause(utf8: Array("it holds \(entry.array.dtype.rawValue), no weights".utf8)))
    }
    var values = entry.array.floats()
    entry.array.storage.releasePages()
    if rounding == .published, entry.array.dtype != .float16 {
      for place in values.indices {
        values[place] = Half.float(float16: Half.float16(values[place]))
      }
    }
    let shape = spelling.shape(entry.array.shape, of: key.description)
    return WeightTensor(shape: shape, values: values)
  }

  /// Refuses tensors that the network had no place for: the config and the weights disagree.
  ///
  /// - Throws: ``ModelError`` naming file and tensor.
  func requireAllUsed() throws(ModelError) {
    let left = tensors.keys.filter { !used.contains($0) && !spelling.isIgnored($0) }
    if let extra = left.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }),
      let path = tensors[extra]?.path
    {
      let more = left.count > 1 ? " (and \(left.count - 1) more)" : ""
      throw ModelError(
        "\(path): holds the tensor \(extra)\(more), for which config.json has no place")
    }
  }

  /// `error` as a sentence that names the file.
  func sentence(for error: NetworkError) -> ModelError {
    let whole = files.index ?? files.paths.first ?? ""
    switch error {
    case .missing(let key):
      return ModelError("\(whole): expected the tensor \(key), found none")
    case .shape(let key, let expected, let found):
      let path = stored(key).flatMap { tensors[$0]?.path } ?? whole
      return ModelError("\(path): expected the tensor \(key) to be \(expected), found \(found)")
    case .unreadable(let key, let reason):
      let path = stored(key).flatMap { tensors[$0]?.path } ?? whole
      return ModelError("\(path): cannot read the tensor \(key): \(reason)")
    case .unsupported, .input:
      return ModelError("\(Folder.parent(of: whole)): \(error.description)")
    }
  }
}
