/// Reads JSON (RFC 8259) off bytes piece by piece, strictly: no doubled keys, no trailing commas.
///
/// Headers of safetensors files come from anywhere, so nesting is bounded and nothing is kept.
struct JSONCursor {
  /// The deepest nesting read; the formats need three levels.
  static let maximalDepth = 32
  /// More keys than any header has; they are kept to notice doubled ones.
  static let maximalKeys = 2_000_000

  private let bytes: UnsafeRawBufferPointer
  private var place = 0
  private var depth = 0
  private var keys = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Reads an object; `body` gets each key and must read its value.
  mutating func object(
    _ body: (_ key: String, inout JSONCursor) throws(FormatProblem) -> Void
  ) throws(FormatProblem) {
    var seen: Set<String> = []
    try nested("{", "}") { (cursor) throws(FormatProblem) in
      let key = try cursor.string()
      guard seen.insert(key).inserted else {
        throw FormatProblem("expected every key once, found \(TensorError.quoted(key)) twice")
      }
      cursor.keys += 1
      guard cursor.keys <= Self.maximalKeys else {
        throw FormatProblem("expected at most \(Self.maximalKeys) keys, found more")
      }
      try cursor.expect(":")
      try body(key, &cursor)
    }
  }

  /// Reads an array; `body` must read one element.
  mutating func array(
    _ body: (inout JSONCursor) throws(FormatProblem) -> Void
  ) throws(FormatProblem) {
    try nested("[", "]", body)
  }

  /// Reads an array of whole numbers that are not negative, at most `limit` of them.
  mutating func integers(limit: Int) throws(FormatProblem) -> [Int] {
    var numbers: [Int] = []
    try array { (cursor) throws(FormatProblem) in
      guard numbers.count < limit else {
        throw FormatProblem("expected at most \(limit) numbers in a list, found more")
      }
      numbers.append(try cursor.integer())
    }
    return numbers
  }

  /// Reads a whole number that is not negative.
  mutating func integer() throws(FormatProblem) -> Int {
    _ = peek()
    let start = place
    var value = 0
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      let (tens, a) = value.multipliedReportingOverflow(by: 10)
      let (sum, b) = tens.addingReportingOverflow(Int(bytes[place] - 0x30))
      if a || b { throw FormatProblem("expected numbers below 2^63, found a larger one") }
      value = sum
      place += 1
    }
    let isCanonical = place == start + 1 || place > start && bytes[start] != 0x30
    let goesOn = place < bytes.count && [0x2E, 0x45, 0x65].contains(bytes[place])
    guard isCanonical, !goesOn else { throw fault("a whole number") }
    return value
  }

  /// Reads a string.
  mutating func string() throws(FormatProblem) -> String {
    guard peek() == UInt8(ascii: "\"") else { throw fault("a string") }
    place += 1
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes[start..<place], as: UTF8.self) else {
          throw FormatProblem("expected text in UTF-8, found other bytes")
        }
        place += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20: throw fault("a string without control characters")
      default: place += 1
      }
    }
    throw fault("a closing quote")
  }

  /// Steps over one value of any kind.
  mutating func skip() throws(FormatProblem) {
    switch peek() {
    case UInt8(ascii: "{"):
      try object { (_, cursor) throws(FormatProblem) in try cursor.skip() }
    case UInt8(ascii: "["):
      try array { (cursor) throws(FormatProblem) in try cursor.skip() }
    case UInt8(ascii: "\""):
      _ = try string()
    default:
      let start = place
      while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
      let word = String(decoding: bytes[start..<min(place, start + 400)], as: UTF8.self)
      guard ["true", "false", "null"].contains(word) || Double(word) != nil && word.first != "+"
      else {
        place = start
        throw fault("a value")
      }
    }
  }

  /// Checks that only blanks are left.
  mutating func end() throws(FormatProblem) {
    if peek() != nil { throw fault("the end of the JSON text") }
  }

  private mutating func nested(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar,
    _ body: (inout JSONCursor) throws(FormatProblem) -> Void
  ) throws(FormatProblem) {
    try expect(opening)
    depth += 1
    guard depth <= Self.maximalDepth else {
      throw FormatProblem("expected at most \(Self.maximalDepth) levels of JSON, found more")
    }
    if !accept(closing) {
      repeat { try body(&self) } while accept(",")
      try expect(closing)
    }
    depth -= 1
  }

  /// The next byte that is no blank.
  private mutating func peek() -> UInt8? {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x0A, 0x0D, 0x09: place += 1
      default: return bytes[place]
      }
    }
    return nil
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(FormatProblem) {
    if !accept(character) { throw fault("\"\(character)\"") }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Reads the rest of a string that has an escape at `place`.
  private mutating func escapedString(from start: Int) throws(FormatProblem) -> String {
    var text = Array(bytes[start..<place])
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      let byte = bytes[place]
      place += 1
      if byte < 0x20 { throw fault("a string without control characters") }
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        continue
      }
      let scalar = try escape()
      text.append(contentsOf: String(Character(scalar)).utf8)
    }
    guard place < bytes.count else { throw fault("a closing quote") }
    place += 1
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw FormatProblem("expected text in UTF-8, found other bytes")
    }
    return valid
  }

  private mutating func escape() throws(FormatProblem) -> Unicode.Scalar {
    guard place < bytes.count else { throw fault("an escape") }
    defer { place += 1 }
    switch bytes[place] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try hexadecimal()
      if let scalar = Unicode.Scalar(high) { return scalar }
      // A character beyond 16 bits comes as two surrogates.
      guard (0xD800..<0xDC00).contains(high), bytes[(place + 1)...].starts(with: [0x5C, 0x75])
      else { throw fault("a pair of surrogates") }
      place += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw fault("a pair of surrogates") }
      return scalar
    default: throw fault("an escape")
    }
  }

  /// Reads four digits behind `place`, which stands on the "u", and stays on the last.
  private mutating func hexadecimal() throws(FormatProblem) -> UInt32 {
    guard place + 4 < bytes.count else { throw fault("four hexadecimal digits") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      place += 1
      guard let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else {
        throw fault("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private func fault(_ expected: String) -> FormatProblem {
    let found =
      place < bytes.count
      ? TensorError.quoted(
        String(decoding: bytes[place..<min(place + 8, bytes.count)], as: UTF8.self))
      : "its end"
    return FormatProblem("expected \(expected) at byte \(place) of the JSON text, found \(found)")
  }
}
