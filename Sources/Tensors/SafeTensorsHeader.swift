/// The JSON header of a safetensors file: dtype, shape and place of each array.
struct SafeTensorsHeader {
  /// The longest header read, the limit of the reference implementation.
  static let maximalSize = 100_000_000
  /// More arrays than any checkpoint has.
  static let maximalCount = 500_000

  /// One array; its bytes counted from the start of the file.
  struct Entry {
    let name: String
    let dtype: DType
    let shape: [Int]
    let data: Range<Int>
  }

  /// Arrays in the order of the header.
  var entries: [Entry] = []
  /// The strings under `__metadata__`, in the order of the header.
  var metadata: [(key: String, value: String)] = []

  /// Whether `bytes` start as a safetensors file does: a length that fits, then "{".
  static func isPlausible(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var cursor = ByteCursor(bytes)
    guard let size = cursor.next(UInt64.self), cursor.left > 0 else { return false }
    return bytes[8] == UInt8(ascii: "{") && size <= UInt64(maximalSize)
  }

  /// Reads and checks the header of a whole file.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(TensorError) -> SafeTensorsHeader {
    var cursor = ByteCursor(bytes)
    guard let size = cursor.next(UInt64.self) else {
      throw TensorError(path: path, "expected a safetensors file, found only \(bytes.count) bytes")
    }
    guard size <= UInt64(maximalSize), let text = cursor.take(Int(size)) else {
      throw TensorError(
        path: path,
        "expected a safetensors header of at most "
          + "\(min(maximalSize, cursor.left)) bytes, found a length of \(size)")
    }
    var header = SafeTensorsHeader()
    var json = JSONCursor(UnsafeRawBufferPointer(rebasing: bytes[text]))
    do throws(FormatProblem) {
      try json.object { (key, json) throws(FormatProblem) in
        if key == "__metadata__" {
          try json.object { (key, json) throws(FormatProblem) in
            header.metadata.append((key, try json.string()))
          }
        } else {
          do throws(FormatProblem) {
            header.entries.append(try entry(key, &json, dataStart: cursor.offset))
          } catch { throw FormatProblem("array \(TensorError.quoted(key)): \(error.reason)") }
          guard header.entries.count <= maximalCount else {
            throw FormatProblem("expected at most \(maximalCount) arrays, found more")
          }
        }
      }
      try json.end()
      try header.checkPlaces(from: cursor.offset, to: bytes.count)
    } catch { throw error.error(path) }
    return header
  }

  /// How safetensors spells `dtype`.
  static func code(_ dtype: DType) -> String {
    switch dtype {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint64: "U64"
    case .uint32: "U32"
    case .uint16: "U16"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }

  private static let dtypes = Dictionary(
    uniqueKeysWithValues: DType.allCases.map { (code($0), $0) })

  private static func entry(
    _ name: String, _ json: inout JSONCursor, dataStart: Int
  ) throws(FormatProblem) -> Entry {
    var dtype: DType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { (key, json) throws(FormatProblem) in
      switch key {
      case "dtype":
        let code = try json.string()
        dtype = dtypes[code]
        if dtype == nil {
          throw FormatProblem("expected a known dtype, found \(TensorError.quoted(code))")
        }
      case "shape": shape = try json.integers(limit: Shape.maximalRank)
      case "data_offsets": offsets = try json.integers(limit: 2)
      default: try json.skip()
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw FormatProblem("expected dtype, shape and two data_offsets, found less")
    }
    guard let expected = Shape.byteCount(shape, dtype) else {
      throw FormatProblem("expected a shape that fits into memory, found \(Shape.text(shape))")
    }
    guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == expected else {
      throw FormatProblem(
        "expected \(expected) bytes for shape \(Shape.text(shape)) of \(dtype.rawValue), "
          + "found data_offsets \(offsets[0]) to \(offsets[1])")
    }
    let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
    guard !overflow else { throw FormatProblem("expected offsets below 2^63, found larger ones") }
    return Entry(name: name, dtype: dtype, shape: shape, data: dataStart + offsets[0]..<end)
  }

  /// Checks that the arrays cover all bytes behind the header, each byte once.
  private func checkPlaces(from start: Int, to end: Int) throws(FormatProblem) {
    let order = entries.indices.sorted {
      (entries[$0].data.lowerBound, entries[$0].data.upperBound)
        < (entries[$1].data.lowerBound, entries[$1].data.upperBound)
    }
    var covered = start
    for place in order {
      let entry = entries[place]
      guard entry.data.lowerBound == covered else {
        let fault =
          entry.data.lowerBound < covered ? "one that overlaps another" : "a hole before it"
        throw FormatProblem(
          "array \(TensorError.quoted(entry.name)): expected its bytes to start at "
            + "\(covered - start), found \(fault) at \(entry.data.lowerBound - start)")
      }
      covered = entry.data.upperBound
    }
    guard covered == end else {
      throw FormatProblem(
        "expected \(covered - start) bytes of arrays behind the header, found \(end - start)")
    }
  }
}
