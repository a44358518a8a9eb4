/// Reads little-endian numbers off bytes, checking every step against their end.
///
/// Reading past the end gives nil; the reader that asked knows what to say about it.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int

  /// Bytes not read yet.
  var left: Int { bytes.count - offset }

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = min(max(offset, 0), bytes.count)
  }

  /// The next number, or nil where fewer bytes are left.
  mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard left >= size else { return nil }
    defer { offset += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// The place of the next `count` bytes, which are stepped over; nil where fewer are left.
  mutating func take(_ count: Int) -> Range<Int>? {
    guard count >= 0, left >= count else { return nil }
    defer { offset += count }
    return offset..<offset + count
  }

  /// The place of the bytes up to the next line feed, which is stepped over too.
  mutating func line(limit: Int) -> Range<Int>? {
    let end = min(bytes.count, offset + limit)
    guard let stop = (offset..<end).first(where: { bytes[$0] == 10 }) else { return nil }
    defer { offset = stop + 1 }
    return offset..<stop
  }
}
