/// numpy's arrays and scalars inside a pickle.
extension PickleReader {
  /// An array from its state (version, shape, dtype, is_fortran, bytes).
  mutating func numpyArray(_ state: [PickleValue]) throws(FormatProblem) -> NDArray {
    guard state.count == 5, case .bool(let isFortranOrder) = state[3] else {
      throw wrongArguments("a numpy array")
    }
    return try numpyArray(
      shape: try integers(state[1]), dtype: state[2], isFortranOrder: isFortranOrder, state[4])
  }

  /// An array as protocol 5 writes it: (bytes, dtype, shape, order).
  mutating func arrayFromBuffer(
    _ arguments: [PickleValue]
  ) throws(FormatProblem) -> PickleValue {
    guard arguments.count == 4 else { throw wrongArguments("numpy's _frombuffer") }
    let array = try numpyArray(
      shape: try integers(arguments[2]), dtype: arguments[1],
      isFortranOrder: try text(arguments[3]) == "F", arguments[0])
    return add(.array(array))
  }

  /// A scalar (dtype, bytes), read as an array without dimensions.
  mutating func numpyScalar(_ arguments: [PickleValue]) throws(FormatProblem) -> PickleValue {
    guard arguments.count == 2 else { throw wrongArguments("a numpy scalar") }
    let array = try numpyArray(
      shape: [], dtype: arguments[0], isFortranOrder: false, arguments[1])
    return add(.array(array))
  }

  private mutating func numpyArray(
    shape: [Int], dtype: PickleValue, isFortranOrder: Bool, _ contents: PickleValue
  ) throws(FormatProblem) -> NDArray {
    guard case .node(let place) = dtype, case .dtype(let code, let isBigEndian) = nodes[place].kind
    else { throw wrongArguments("numpy.dtype") }
    let (dtype, _) = try NPYHeader.dtype(code)
    guard let expected = Shape.byteCount(shape, dtype) else {
      throw FormatProblem("expected a shape that fits into memory, found \(Shape.text(shape))")
    }
    if let problem = budget.take(expected) { throw FormatProblem(problem) }
    let elements = try data(contents)
    guard elements.count == expected else {
      throw FormatProblem(
        "expected \(expected) bytes for shape \(Shape.text(shape)) of \(dtype.rawValue), "
          + "found \(elements.count)")
    }
    let header = NPYHeader(
      dtype: dtype, isBigEndian: isBigEndian, isFortranOrder: isFortranOrder, shape: shape,
      dataOffset: 0)
    return NPY.contents(header, ArrayStorage(elements))
  }

  /// The bytes of an array, which protocol 2 writes as text of characters below 256.
  private func data(_ value: PickleValue) throws(FormatProblem) -> [UInt8] {
    switch value {
    case .bytes(let range): return Array(bytes[range])
    case .latin1(let range):
      var result: [UInt8] = []
      result.reserveCapacity(range.count)
      var place = range.lowerBound
      while place < range.upperBound {
        let byte = bytes[place]
        if byte < 0x80 {
          result.append(byte)
          place += 1
        } else {
          // Two bytes, 110000xx 10xxxxxx, give the characters 128 to 255.
          guard byte & 0xFC == 0xC0, byte >= 0xC2, place + 1 < range.upperBound,
            bytes[place + 1] & 0xC0 == 0x80
          else { throw FormatProblem("expected bytes as latin-1 text, found other characters") }
          result.append(byte << 6 | bytes[place + 1] & 0x3F)
          place += 2
        }
      }
      return result
    default: throw FormatProblem("expected the bytes of an array, found another value")
    }
  }
}
