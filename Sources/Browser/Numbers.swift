/// A configuration as the worker hands it over: numbers in a fixed order, read one by one.
struct Numbers {
  private let values: UnsafeBufferPointer<Double>
  private var place = 0

  init(_ start: UnsafePointer<Double>, count: Int) {
    values = UnsafeBufferPointer(start: start, count: count)
  }

  /// The next number.
  mutating func number() throws(Failure) -> Double {
    guard place < values.count, values[place].isFinite else {
      throw .model("The model's configuration lacks a number.")
    }
    place += 1
    return values[place - 1]
  }

  /// The next whole number, in `range`.
  mutating func count(_ range: ClosedRange<Int> = 1...65_536) throws(Failure) -> Int {
    let value = try number()
    guard value >= Double(range.lowerBound), value <= Double(range.upperBound),
      value == value.rounded(.towardZero)
    else { throw .model("A number of the model's configuration is not possible.") }
    return Int(value)
  }

  mutating func flag() throws(Failure) -> Bool { try count(0...1) == 1 }

  /// The next `count` whole numbers, each in `range`.
  mutating func counts(
    _ count: Int, _ range: ClosedRange<Int> = 1...65_536
  ) throws(Failure) -> [Int] {
    var list: [Int] = []
    for _ in 0..<count { list.append(try self.count(range)) }
    return list
  }
}
