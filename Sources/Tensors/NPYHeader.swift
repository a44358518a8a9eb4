/// The header of an npy file: a Python dict with descr, fortran_order and shape.
///
/// After numpy's NEP 1 and `numpy.lib.format`, versions 1.0 to 3.0.
struct NPYHeader {
  /// The first bytes of every npy file.
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// The longest header read; numpy itself trusts none beyond 10000 bytes.
  static let maximalSize = 1 << 16

  var dtype: DType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the elements start.
  var dataOffset: Int

  /// Reads the header at the start of `bytes`, which may go on or stop behind it.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(FormatProblem) -> NPYHeader {
    guard bytes.starts(with: magic) else {
      throw FormatProblem("expected an npy array, found other bytes at its start")
    }
    var cursor = ByteCursor(bytes, at: magic.count)
    guard let version = cursor.next(UInt8.self), cursor.next(UInt8.self) != nil else {
      throw FormatProblem("expected an npy header, found its end after the first bytes")
    }
    guard (1...3).contains(version) else {
      throw FormatProblem("expected npy version 1 to 3, found \(version)")
    }
    let size =
      version == 1
      ? cursor.next(UInt16.self).map(Int.init) : cursor.next(UInt32.self).map(Int.init)
    guard let size, size <= maximalSize, let text = cursor.take(size) else {
      throw FormatProblem(
        "expected an npy header of at most \(maximalSize) bytes inside the file, "
          + "found \(size.map(String.init) ?? "the end of the file")")
    }
    var header = try PythonLiteral.header(UnsafeRawBufferPointer(rebasing: bytes[text]))
    header.dataOffset = cursor.offset
    return header
  }

  /// The element type that numpy spells `descr`, and whether it is big endian.
  static func dtype(_ descr: String) throws(FormatProblem) -> (DType, isBigEndian: Bool) {
    var code = descr[...]
    var isBigEndian = false
    if let order = code.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      code = code.dropFirst()
    }
    let dtype: DType
    switch code {
    case "f8": dtype = .float64
    case "f4": dtype = .float32
    case "f2": dtype = .float16
    case "i8": dtype = .int64
    case "i4": dtype = .int32
    case "i2": dtype = .int16
    case "i1": dtype = .int8
    case "u8": dtype = .uint64
    case "u4": dtype = .uint32
    case "u2": dtype = .uint16
    case "u1": dtype = .uint8
    case "b1", "?": dtype = .bool
    default:
      let known = "expected numbers or booleans, found numpy type \(TensorError.quoted(descr))"
      if code == "O" { throw FormatProblem("\(known) (Python objects)") }
      if code.first == "c" { throw FormatProblem("\(known) (complex numbers)") }
      if code.first == "U" || code.first == "S" { throw FormatProblem("\(known) (text)") }
      throw FormatProblem(known)
    }
    return (dtype, isBigEndian)
  }

  /// How numpy spells `dtype` in descr; nil for bfloat16, which numpy lacks.
  static func descr(_ dtype: DType) -> String? {
    switch dtype {
    case .float64: "<f8"
    case .float32: "<f4"
    case .float16: "<f2"
    case .bfloat16: nil
    case .int64: "<i8"
    case .int32: "<i4"
    case .int16: "<i2"
    case .int8: "|i1"
    case .uint64: "<u8"
    case .uint32: "<u4"
    case .uint16: "<u2"
    case .uint8: "|u1"
    case .bool: "|b1"
    }
  }
}

/// What was wrong with bytes, before file and array are known.
struct FormatProblem: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  func error(_ path: String, _ array: String? = nil) -> TensorError {
    TensorError(path: path, array: array, reason)
  }
}
