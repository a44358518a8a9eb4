/// What a file of arrays holds: one array, or arrays nested in dicts and lists as torch saves them.
public indirect enum Archive: Sendable {
  case array(NDArray)
  /// Keys in the file's order.
  case dict([(key: String, value: Archive)])
  case list([Archive])
  case tuple([Archive])
  case int(Int64)
  case double(Double)
  case bool(Bool)
  case string(String)
  case none

  /// The value under `key`, where this is a dict that has it.
  public subscript(key: String) -> Archive? {
    guard case .dict(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The array, where this is one.
  public var array: NDArray? {
    if case .array(let array) = self { array } else { nil }
  }

  /// The elements, where this is a list or tuple.
  public var elements: [Archive]? {
    switch self {
    case .list(let elements), .tuple(let elements): elements
    default: nil
    }
  }
}
