/// Numbers in a TIFF structure of either byte order; nil wherever the bytes end early.
struct TIFFBytes {
  let bytes: [UInt8]
  private let bigEndian: Bool

  /// The structure in `bytes`, or nil where they do not begin as one.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) {
      bigEndian = false
    } else if bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      bigEndian = true
    } else {
      return nil
    }
  }

  /// The unsigned integer of `size` bytes at `offset`.
  func integer(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    var value: UInt64 = 0
    for i in 0..<size {
      value = value << 8 | UInt64(bytes[offset + (bigEndian ? i : size - 1 - i)])
    }
    return Int(truncatingIfNeeded: value)
  }

  /// The first value of the directory entry at `offset`, or nil where it isn't a number, has no
  /// value, or lies outside.
  func number(ofEntryAt offset: Int) -> Double? {
    guard let type = integer(at: offset + 2, size: 2), let count = integer(at: offset + 4, size: 4),
      let size = [3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8][type], count > 0
    else { return nil }
    var place = offset + 8
    if count * size > 4 {
      guard let far = integer(at: place, size: 4), far + count * size <= bytes.count else {
        return nil
      }
      place = far
    }
    switch type {
    case 5, 10:
      guard let top = integer(at: place, size: 4), let bottom = integer(at: place + 4, size: 4),
        bottom != 0
      else { return nil }
      return Double(top) / Double(bottom)
    case 8: return integer(at: place, size: 2).map { Double(Int16(truncatingIfNeeded: $0)) }
    case 9: return integer(at: place, size: 4).map { Double(Int32(truncatingIfNeeded: $0)) }
    case 11:
      return integer(at: place, size: 4).map {
        Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0)))
      }
    case 12:
      return integer(at: place, size: 8).map {
        Double(bitPattern: UInt64(bitPattern: Int64($0)))
      }
    default: return integer(at: place, size: size).map { Double($0) }
    }
  }
}
