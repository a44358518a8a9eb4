import CZlib

/// zlib's raw inflate and its CRC-32, over whole buffers.
enum Deflate {
  /// What was wrong with deflated bytes.
  struct Problem: Error {
    let reason: String
  }

  /// Inflates the first `count` bytes of `data`.
  ///
  /// - Parameter isWhole: the data must end exactly there.
  static func inflate(
    _ data: UnsafeRawBufferPointer, count: Int, isWhole: Bool
  ) -> Result<[UInt8], Problem> {
    var stream = z_stream()
    let version = zlibVersion()
    guard
      inflateInit2_(&stream, -MAX_WBITS, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return .failure(Problem(reason: "zlib has no memory left")) }
    defer { inflateEnd(&stream) }

    var state = Z_OK
    var consumed = 0
    // One byte more than asked for shows data that goes on behind its declared size.
    let room = isWhole ? count + 1 : count
    var produced = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      let source = data.bindMemory(to: UInt8.self)
      while state == Z_OK, produced < room {
        let input = min(source.count - consumed, 1 << 30)
        let output = min(room - produced, 1 << 30)
        stream.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + consumed) }
        stream.avail_in = UInt32(input)
        stream.next_out = buffer.baseAddress.map { $0 + produced }
        stream.avail_out = UInt32(output)
        state = CZlib.inflate(&stream, Z_NO_FLUSH)
        consumed += input - Int(stream.avail_in)
        produced += output - Int(stream.avail_out)
      }
      filled = min(produced, count)
    }
    if state != Z_OK, state != Z_STREAM_END {
      return .failure(
        Problem(
          reason: state == Z_BUF_ERROR
            ? "expected \(count) bytes, found deflated data that end after \(produced)"
            : "expected deflated data, found bytes that are none"))
    }
    if produced < count {
      return .failure(Problem(reason: "expected \(count) bytes, found \(produced)"))
    }
    if isWhole, produced > count || state != Z_STREAM_END || consumed < data.count {
      return .failure(Problem(reason: "expected \(count) bytes, found data that go on behind them"))
    }
    return .success(bytes)
  }

  /// The CRC-32 of `bytes`, continuing from `sum`.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after sum: UInt32 = 0) -> UInt32 {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return sum }
    return UInt32(crc32_z(UInt(sum), start, bytes.count))
  }
}
