/// Elements in any order brought into row-major, little-endian order.
enum Strided {
  /// Copies the elements at `offset + Σ index·stride` (in elements) into row-major order.
  ///
  /// Every place that `shape` and `strides` reach must lie inside `source`.
  static func gather(
    _ source: UnsafeRawBufferPointer, elementSize: Int, shape: [Int], strides: [Int], offset: Int
  ) -> [UInt8] {
    switch elementSize {
    case 1: gather(UInt8.self, source, shape, strides, offset)
    case 2: gather(UInt16.self, source, shape, strides, offset)
    case 4: gather(UInt32.self, source, shape, strides, offset)
    default: gather(UInt64.self, source, shape, strides, offset)
    }
  }

  /// `bytes` with the bytes of every element reversed.
  static func swapped(_ bytes: UnsafeRawBufferPointer, elementSize: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: bytes.count)
    for start in stride(from: 0, to: bytes.count - elementSize + 1, by: elementSize) {
      for place in 0..<elementSize {
        result[start + place] = bytes[start + elementSize - 1 - place]
      }
    }
    return result
  }

  private static func gather<Element: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type, _ source: UnsafeRawBufferPointer, _ shape: [Int], _ strides: [Int],
    _ offset: Int
  ) -> [UInt8] {
    let size = MemoryLayout<Element>.size
    let count = shape.contains(0) ? 0 : shape.reduce(1, *)
    guard count > 0 else { return [] }
    let inner = shape.last ?? 1
    let step = strides.last ?? 1
    return [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
      let target = UnsafeMutableRawBufferPointer(buffer)
      var index = [Int](repeating: 0, count: max(shape.count - 1, 0))
      var start = offset
      var written = 0
      while written < count {
        var place = start
        for _ in 0..<inner {
          let element = source.loadUnaligned(fromByteOffset: place &* size, as: Element.self)
          target.storeBytes(of: element, toByteOffset: written &* size, as: Element.self)
          place &+= step
          written &+= 1
        }
        // Counts the outer axes up, the last of them fastest.
        for axis in index.indices.reversed() {
          index[axis] += 1
          start += strides[axis]
          if index[axis] < shape[axis] { break }
          start -= strides[axis] * shape[axis]
          index[axis] = 0
        }
      }
      filled = count * size
    }
  }
}
