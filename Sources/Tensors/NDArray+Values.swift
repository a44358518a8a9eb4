extension NDArray {
  /// All elements as float32, row-major; float64 and wide integers are rounded to nearest.
  public func floats() -> [Float] {
    switch dtype {
    case .float32: values(UInt32.self) { Float(bitPattern: $0) }
    case .float64: values(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: values(UInt16.self) { Half.float(float16: $0) }
    case .bfloat16: values(UInt16.self) { Half.float(bfloat16: $0) }
    case .int64: values(Int64.self) { Float($0) }
    case .int32: values(Int32.self) { Float($0) }
    case .int16: values(Int16.self) { Float($0) }
    case .int8: values(Int8.self) { Float($0) }
    case .uint64: values(UInt64.self) { Float($0) }
    case .uint32: values(UInt32.self) { Float($0) }
    case .uint16: values(UInt16.self) { Float($0) }
    case .uint8: values(UInt8.self) { Float($0) }
    case .bool: values(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// All elements as float64, row-major; exact but for 64-bit integers beyond 2^53.
  public func doubles() -> [Double] {
    switch dtype {
    case .float32: values(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: values(UInt64.self) { Double(bitPattern: $0) }
    case .float16: values(UInt16.self) { Double(Half.float(float16: $0)) }
    case .bfloat16: values(UInt16.self) { Double(Half.float(bfloat16: $0)) }
    case .int64: values(Int64.self) { Double($0) }
    case .int32: values(Int32.self) { Double($0) }
    case .int16: values(Int16.self) { Double($0) }
    case .int8: values(Int8.self) { Double($0) }
    case .uint64: values(UInt64.self) { Double($0) }
    case .uint32: values(UInt32.self) { Double($0) }
    case .uint16: values(UInt16.self) { Double($0) }
    case .uint8: values(UInt8.self) { Double($0) }
    case .bool: values(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// All elements as int64, row-major; nil where one is no whole number or too large.
  public func int64s() -> [Int64]? {
    switch dtype {
    case .float64, .float32, .float16, .bfloat16:
      return whole(doubles()) { Int64(exactly: $0) }
    case .uint64:
      return whole(values(UInt64.self) { $0 }) { Int64(exactly: $0) }
    case .int64: return values(Int64.self) { $0 }
    case .int32: return values(Int32.self) { Int64($0) }
    case .int16: return values(Int16.self) { Int64($0) }
    case .int8: return values(Int8.self) { Int64($0) }
    case .uint32: return values(UInt32.self) { Int64($0) }
    case .uint16: return values(UInt16.self) { Int64($0) }
    case .uint8: return values(UInt8.self) { Int64($0) }
    case .bool: return values(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements at `range` of the row-major order as float64.
  ///
  /// For going through an array that is larger than memory.
  public func doubles(_ range: Range<Int>) -> [Double] {
    NDArray(
      dtype: dtype, shape: [range.count],
      storage: storage.slice(range.lowerBound * dtype.size..<range.upperBound * dtype.size)
    ).doubles()
  }

  private func whole<Value>(_ values: [Value], _ convert: (Value) -> Int64?) -> [Int64]? {
    var result: [Int64] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard let number = convert(value) else { return nil }
      result.append(number)
    }
    return result
  }

  @inline(__always)
  private func values<Raw: BitwiseCopyable, Value>(
    _ raw: Raw.Type, _ convert: (Raw) -> Value
  ) -> [Value] {
    let count = self.count
    return storage.withBytes { bytes in
      [Value](unsafeUninitializedCapacity: count) { buffer, filled in
        guard count > 0, let target = buffer.baseAddress, let source = bytes.baseAddress else {
          return
        }
        for place in 0..<count {
          let element = source.loadUnaligned(
            fromByteOffset: place * MemoryLayout<Raw>.stride, as: Raw.self)
          (target + place).initialize(to: convert(element))
        }
        filled = count
      }
    }
  }
}
