/// Writes a pickle of protocol 2 that builds an ``Archive`` in Python, as torch's own would.
struct PickleWriter {
  /// The storages that the pickle names, by place: "0", "1", ….
  private(set) var storages: [ArrayStorage] = []
  private var bytes: [UInt8] = [0x80, 2]
  /// Places in the memo of pieces written before.
  private var memo: [[UInt8]: Int] = [:]
  private let kind: TorchArchive.ArrayKind

  /// The pickle of `archive` and the storages it names.
  static func pickle(
    _ archive: Archive, as kind: TorchArchive.ArrayKind
  ) throws(FormatProblem) -> (program: [UInt8], storages: [ArrayStorage]) {
    var writer = PickleWriter(kind: kind)
    try writer.add(archive)
    writer.op(".")
    return (writer.bytes, writer.storages)
  }

  private init(kind: TorchArchive.ArrayKind) { self.kind = kind }

  private mutating func add(_ value: Archive) throws(FormatProblem) {
    switch value {
    case .none: op("N")
    case .bool(let value): bytes.append(value ? 0x88 : 0x89)
    case .int(let value): integer(value)
    case .double(let value):
      op("G")
      bytes.append(littleEndian: value.bitPattern.byteSwapped)
    case .string(let value): try text(value)
    case .list(let items):
      op("]")
      if items.isEmpty { return }
      op("(")
      for item in items { try add(item) }
      op("e")
    case .tuple(let items):
      op("(")
      for item in items { try add(item) }
      op("t")
    case .dict(let entries):
      op("}")
      if entries.isEmpty { return }
      op("(")
      for (key, value) in entries {
        try text(key)
        try add(value)
      }
      op("u")
    case .array(let array):
      switch kind {
      case .tensor: tensor(array)
      case .numpy: try numpy(array)
      }
    }
  }

  /// A call of `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`.
  private mutating func tensor(_ array: NDArray) {
    let storageType = PickleGlobal.storages.first { $0.value == array.dtype }?.key
    // Unsigned integers have no storage type of their own: version 3 names the element type.
    global("torch._utils", storageType == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
    op("(")
    op("(")
    shortText("storage")
    if let storageType {
      global("torch", storageType)
    } else {
      global("torch.storage", "UntypedStorage")
    }
    shortText(String(storages.count))
    shortText("cpu")
    integer(Int64(storageType == nil ? array.storage.count : array.count))
    op("t")
    op("Q")
    storages.append(array.storage)
    integer(0)
    tuple(array.shape)
    tuple(Shape.strides(array.shape))
    bytes.append(0x89)
    global("collections", "OrderedDict")
    op(")")
    op("R")
    if storageType == nil { global("torch", array.dtype.rawValue) }
    op("t")
    op("R")
  }

  /// `_reconstruct(ndarray, (0,), b"b")` and the state (1, shape, dtype, False, bytes).
  private mutating func numpy(_ array: NDArray) throws(FormatProblem) {
    guard let descr = NPYHeader.descr(array.dtype), let order = descr.first else {
      throw FormatProblem("expected a type that numpy has, found \(array.dtype.rawValue)")
    }
    global("numpy._core.multiarray", "_reconstruct")
    op("(")
    global("numpy", "ndarray")
    tuple([0])
    latin1(Array("b".utf8))
    op("t")
    op("R")
    op("(")
    integer(1)
    tuple(array.shape)
    global("numpy", "dtype")
    op("(")
    shortText(String(descr.dropFirst()))
    bytes += [0x89, 0x88]
    op("t")
    op("R")
    op("(")
    integer(3)
    shortText(String(order))
    op("N")
    op("N")
    op("N")
    integer(-1)
    integer(-1)
    integer(0)
    op("t")
    op("b")
    bytes.append(0x89)
    latin1(array.storage.withBytes { Array($0) })
    op("t")
    op("b")
  }

  /// Bytes through `_codecs.encode`, protocol 2's way to have any.
  private mutating func latin1(_ contents: [UInt8]) {
    global("_codecs", "encode")
    op("(")
    var text: [UInt8] = []
    text.reserveCapacity(contents.count + contents.count / 2)
    for byte in contents {
      if byte < 0x80 {
        text.append(byte)
      } else {
        text.append(0xC0 | byte >> 6)
        text.append(0x80 | byte & 0x3F)
      }
    }
    op("X")
    bytes.append(littleEndian: UInt32(text.count))
    bytes += text
    shortText("latin1")
    op("t")
    op("R")
  }

  private mutating func op(_ code: Unicode.Scalar) { bytes.append(UInt8(ascii: code)) }

  private mutating func integer(_ value: Int64) {
    if let byte = UInt8(exactly: value) {
      op("K")
      bytes.append(byte)
    } else if let word = Int32(exactly: value) {
      op("J")
      bytes.append(littleEndian: word)
    } else {
      bytes += [0x8A, 8]
      bytes.append(littleEndian: value)
    }
  }

  private mutating func tuple(_ numbers: [Int]) {
    op("(")
    for number in numbers { integer(Int64(number)) }
    op("t")
  }

  private mutating func text(_ value: String) throws(FormatProblem) {
    guard value.utf8.count <= Int(UInt32.max) else {
      throw FormatProblem("expected a text of at most 4 GB, found \(value.utf8.count) bytes")
    }
    op("X")
    bytes.append(littleEndian: UInt32(value.utf8.count))
    bytes += Array(value.utf8)
  }

  /// A text that comes again and again.
  private mutating func shortText(_ value: String) {
    var piece: [UInt8] = [UInt8(ascii: "X")]
    piece.append(littleEndian: UInt32(value.utf8.count))
    remembered(piece + Array(value.utf8))
  }

  private mutating func global(_ module: String, _ name: String) {
    remembered(Array("c\(module)\n\(name)\n".utf8))
  }

  /// Writes `piece`, or takes it from the memo where it was written before.
  private mutating func remembered(_ piece: [UInt8]) {
    if let place = memo[piece] {
      op(place < 256 ? "h" : "j")
      number(place)
    } else {
      bytes += piece
      op(memo.count < 256 ? "q" : "r")
      number(memo.count)
      memo[piece] = memo.count
    }
  }

  private mutating func number(_ place: Int) {
    if place < 256 {
      bytes.append(UInt8(place))
    } else {
      bytes.append(littleEndian: UInt32(place))
    }
  }
}
