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

  /// Every array with its path of keys and indices ("a/b/0"; "" for a lone one), in file order.
  public var arrays: [(name: String, array: NDArray)] {
    var found: [(name: String, array: NDArray)] = []
    collect("", &found)
    return found
  }

  private func collect(_ path: String, _ found: inout [(name: String, array: NDArray)]) {
    let prefix = path.isEmpty ? "" : path + "/"
    switch self {
    case .array(let array): found.append((path, array))
    case .dict(let entries):
      for (key, value) in entries { value.collect(prefix + key, &found) }
    case .list(let elements), .tuple(let elements):
      for (index, value) in elements.enumerated() { value.collect(prefix + String(index), &found) }
    case .int, .double, .bool, .string, .none: break
    }
  }
}
