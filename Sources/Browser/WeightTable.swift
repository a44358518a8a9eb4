import Networks

/// The tensors of a weight file that lies in memory.
///
/// The worker reads the file's header and writes one record a tensor, in byte order of their names.
struct WeightTable: WeightSource {
  /// A tensor: where its name and data lie, and what they are.
  struct Record {
    var name: UInt32
    var nameLength: UInt32
    /// 0 for float16, 1 for float32.
    var type: UInt32
    var data: UInt32
    var bytes: UInt32
    var rank: UInt32
    var shape: InlineArray<4, UInt32>
  }

  private let records: UnsafeBufferPointer<Record>

  init(_ records: UnsafePointer<Record>, count: Int) {
    self.records = UnsafeBufferPointer(start: records, count: count)
  }

  func contains(_ key: WeightKey) -> Bool { place(of: key) != nil }

  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard let place = place(of: key) else { throw .missing(key) }
    return try tensor(records[place], key)
  }

  /// The only tensor of a file, whatever its name.
  func first() throws(NetworkError) -> WeightTensor {
    guard records.count == 1 else { throw .missing("empty_prompt") }
    return try tensor(records[0], "empty_prompt")
  }

  private func tensor(_ record: Record, _ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard record.rank <= 4, record.type <= 1 else {
      throw .unreadable(key, reason: "only float16 and float32 of up to four dimensions can be")
    }
    var shape: [Int] = []
    var count = 1
    for axis in 0..<Int(record.rank) {
      let side = Int(record.shape[axis])
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      guard side >= 0, !overflow else {
        throw .unreadable(key, reason: "its shape is impossible")
      }
      shape.append(side)
      count = product
    }
    let size = record.type == 0 ? 2 : 4
    guard count <= Int(record.bytes) / size, count * size == Int(record.bytes),
      let data = UnsafeRawPointer(bitPattern: UInt(record.data))
    else { throw .unreadable(key, reason: "its data have another length than its shape says") }
    let values = [Float](unsafeUninitializedCapacity: count) { target, filled in
      for place in 0..<count {
        target[place] =
          record.type == 0
          ? float(half: data.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self))
          : data.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
      }
      filled = count
    }
    return WeightTensor(shape: shape, values: values)
  }

  private func place(of key: WeightKey) -> Int? {
    var low = 0
    var high = records.count
    while low < high {
      let middle = (low + high) / 2
      if name(middle).lexicographicallyPrecedes(key.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < records.count && name(low).elementsEqual(key.utf8) ? low : nil
  }

  private func name(_ place: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: UnsafePointer(bitPattern: UInt(records[place].name)),
      count: Int(records[place].nameLength))
  }
}

/// The value of an IEEE 754 binary16 pattern; exact.
@inline(__always)
func float(half bits: UInt16) -> Float {
  let magnitude = UInt32(bits & 0x7FFF) << 13
  // The exponents' biases differ by 112: one multiplication also makes subnormals normal.
  let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
  let special = magnitude >= 0x0F80_0000 ? magnitude | 0x7F80_0000 : scaled
  return Float(bitPattern: special | UInt32(bits & 0x8000) << 16)
}
