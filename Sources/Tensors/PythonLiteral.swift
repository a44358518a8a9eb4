/// The Python literal in an npy header, and no more of Python than that.
struct PythonLiteral {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
  static func header(_ bytes: UnsafeRawBufferPointer) throws(FormatProblem) -> NPYHeader {
    var literal = PythonLiteral(bytes: bytes)
    return try literal.header()
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func header() throws(FormatProblem) -> NPYHeader {
    var dtype: (DType, isBigEndian: Bool)?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !skip("}") {
      let key = try text()
      try expect(":")
      switch key {
      case "descr" where dtype == nil:
        if peek() == UInt8(ascii: "[") {
          throw FormatProblem("expected numbers or booleans, found a structured numpy type")
        }
        dtype = try NPYHeader.dtype(try text())
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default:
        throw FormatProblem(
          "expected descr, fortran_order and shape once each in the npy header, "
            + "found \(TensorError.quoted(key))")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    _ = peek()
    guard place == bytes.count else { throw fault("the header's end") }
    guard let dtype, let isFortranOrder, let shape else {
      throw FormatProblem("expected descr, fortran_order and shape in the npy header, found less")
    }
    return NPYHeader(
      dtype: dtype.0, isBigEndian: dtype.isBigEndian, isFortranOrder: isFortranOrder, shape: shape,
      dataOffset: 0)
  }

  /// The next byte that is no blank.
  private mutating func peek() -> UInt8? {
    while place < bytes.count, [0x20, 0x0A, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
    return place < bytes.count ? bytes[place] : nil
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(FormatProblem) {
    if !skip(character) { throw fault("\"\(character)\"") }
  }

  private mutating func text() throws(FormatProblem) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw fault("a quoted name")
    }
    place += 1
    let start = place
    while place < bytes.count, bytes[place] != quote, bytes[place] != UInt8(ascii: "\\") {
      place += 1
    }
    guard place < bytes.count, bytes[place] == quote else { throw fault("a closing quote") }
    defer { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func boolean() throws(FormatProblem) -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw fault("True or False")
  }

  private mutating func tuple() throws(FormatProblem) -> [Int] {
    var sides: [Int] = []
    try expect("(")
    while !skip(")") {
      sides.append(try integer())
      guard sides.count <= Shape.maximalRank else {
        throw FormatProblem("expected at most \(Shape.maximalRank) dimensions, found more")
      }
      if !skip(",") {
        try expect(")")
        break
      }
    }
    return sides
  }

  private mutating func integer() throws(FormatProblem) -> Int {
    _ = peek()
    var value = 0
    let start = place
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      let (tens, a) = value.multipliedReportingOverflow(by: 10)
      let (sum, b) = tens.addingReportingOverflow(Int(bytes[place] - 0x30))
      if a || b {
        throw FormatProblem("expected sides below 2^63 in the shape, found a larger one")
      }
      value = sum
      place += 1
    }
    guard place > start else { throw fault("a side length") }
    // Python 2 wrote long integers as 3L.
    if place < bytes.count, bytes[place] == UInt8(ascii: "L") { place += 1 }
    return value
  }

  private func fault(_ expected: String) -> FormatProblem {
    let found =
      place < bytes.count
      ? TensorError.quoted(
        String(decoding: bytes[place..<min(place + 8, bytes.count)], as: UTF8.self))
      : "its end"
    return FormatProblem("expected \(expected) in the npy header, found \(found)")
  }
}
