/// What a pickle's stack and containers hold: small values, and numbers of nodes.
///
/// Nodes live in one list and refer to each other by number, so that neither a cycle nor endless
/// nesting can make releasing them recurse.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int64)
  case double(Double)
  /// UTF-8 text at this place of the pickle.
  case text(Range<Int>)
  /// Bytes at this place of the pickle.
  case bytes(Range<Int>)
  /// Bytes that stand as text of characters below 256 at this place of the pickle.
  case latin1(Range<Int>)
  /// A constructor or type, named but never run.
  case global(PickleGlobal)
  /// A list, tuple, dict or rebuilt object.
  case node(Int)
}

/// One object that a pickle builds.
struct PickleNode {
  enum Kind {
    case list
    case tuple
    /// Keys and values take turns in `items`.
    case dict
    case array(NDArray)
    /// A numpy array whose state comes later.
    case emptyArray
    /// A numpy element type: its code without order, and whether it is big endian.
    case dtype(String, isBigEndian: Bool)
    /// The bytes of tensors, and their element type where the pickle gives it.
    case storage(ArrayStorage, DType?)
  }
  var kind: Kind
  var items: [PickleValue] = []
}

/// The names that a pickle may mention; every other is refused.
enum PickleGlobal: Equatable {
  case rebuildTensor
  case rebuildParameter
  case rebuildFromType
  case storage(DType?)
  case dtype(DType)
  case size
  case orderedDict
  case reconstructArray
  case arrayFromBuffer
  case arrayType
  case numpyScalar
  case numpyDtype
  case encode
  /// The type of a tensor or parameter, given to `rebuildFromType`.
  case tensorType

  /// The name `name` of module `module`, where it is known.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
      ("torch._utils", "_rebuild_tensor_v3"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"),
      ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildFromType
    case ("torch", "Tensor"), ("torch.nn.parameter", "Parameter"): self = .tensorType
    case ("torch", "Size"): self = .size
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(nil)
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("_codecs", "encode"): self = .encode
    case ("numpy", "ndarray"): self = .arrayType
    case ("numpy", "dtype"): self = .numpyDtype
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .reconstructArray
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"):
      self = .numpyScalar
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
      self = .arrayFromBuffer
    case ("torch", _):
      if let dtype = Self.storages[name] {
        self = .storage(dtype)
      } else if let dtype = DType(rawValue: name) {
        self = .dtype(dtype)
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// torch's names of typed storages.
  static let storages: [String: DType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]
}
