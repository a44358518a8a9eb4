/// Values under small numbers that JavaScript can hold.
struct Slots<Value> {
  private var values: [Value?] = []

  /// Keeps a value; its handle.
  mutating func add(_ value: Value) -> Int {
    for place in values.indices where values[place] == nil {
      values[place] = value
      return place
    }
    values.append(value)
    return values.count - 1
  }

  /// The value under a handle.
  func value(_ handle: Int32) throws(Failure) -> Value {
    guard handle >= 0, handle < values.count, let value = values[Int(handle)] else {
      throw .missing
    }
    return value
  }

  /// Lets a value go; unknown handles are ignored.
  mutating func remove(_ handle: Int32) {
    if handle >= 0, handle < values.count { values[Int(handle)] = nil }
  }
}
