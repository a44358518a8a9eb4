/// Where every image of a dataset goes.
enum RowOrder {
  /// The classes of the rows, in rounds of one image of every class.
  ///
  /// The order within a round is drawn anew each time from `seed`. So any stretch of a few rounds, and the last fifth, holds all classes.
  ///
  /// Generator: SplitMix64 (Steele, Lea, Flood 2014); shuffle: Fisher and Yates.
  static func rounds(classes: Int, perClass: Int, seed: UInt64) -> [Int] {
    var generator = SplitMix64(state: seed)
    return (0..<perClass).flatMap { _ in (0..<classes).shuffled(using: &generator) }
  }
}

/// SplitMix64, written out so that the order never depends on the standard library.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

extension Range<Int> {
  fileprivate func shuffled(using generator: inout SplitMix64) -> [Int] {
    var values = Array(self)
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(last, Int(generator.next() % UInt64(last + 1)))
    }
    return values
  }
}
