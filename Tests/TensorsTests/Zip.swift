/// Zip archives that no zip program would write.
enum Zip {
  /// One deflated entry of `count` zeros, a multiple of 258, made without inflating anything.
  ///
  /// A fixed-Huffman block: a literal 0, then matches of length 258 at distance 1, each 13 bits.
  static func deflatedZeros(count: Int, name: String) -> [UInt8] {
    var bits = BitWriter()
    bits.add(0b1, 1)
    bits.add(0b01, 2)
    // Literal 0 is code 00110000; Huffman codes go out most significant bit first.
    bits.add(reversed: 0b0011_0000, 8)
    for _ in 0..<(count - 1) / 258 {
      bits.add(reversed: 0b1100_0101, 8)
      bits.add(reversed: 0, 5)
    }
    bits.add(0, 7)
    let size = 1 + (count - 1) / 258 * 258
    let data = bits.bytes
    let fields =
      number(20, 2) + number(0, 2) + number(8, 2) + number(0, 4) + number(0, 4)
      + number(data.count, 4) + number(size, 4) + number(name.utf8.count, 2) + number(0, 2)
    let local = number(0x0403_4B50, 4) + fields + Array(name.utf8)
    let central =
      number(0x0201_4B50, 4) + number(20, 2) + fields + number(0, 14) + Array(name.utf8)
    let end =
      number(0x0605_4B50, 4) + number(0, 4) + number(1, 2) + number(1, 2)
      + number(central.count, 4) + number(local.count + data.count, 4) + number(0, 2)
    return local + data + central + end
  }

  private static func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }
}

/// Bits packed into bytes from the lowest up, as deflate has them.
private struct BitWriter {
  var bytes: [UInt8] = []
  private var used = 8

  mutating func add(_ value: Int, _ count: Int) {
    for place in 0..<count {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      bytes[bytes.count - 1] |= UInt8(value >> place & 1) << UInt8(used)
      used += 1
    }
  }

  mutating func add(reversed value: Int, _ count: Int) {
    for place in (0..<count).reversed() { add(value >> place & 1, 1) }
  }
}
