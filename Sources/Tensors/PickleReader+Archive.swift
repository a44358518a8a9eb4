/// From the objects of a pickle to the tree that callers get.
extension PickleReader {
  /// The value as a tree without sharing, its depth and size bounded.
  func archive(_ value: PickleValue) throws(FormatProblem) -> Archive {
    // Sharing can make the tree exponentially larger than the pickle.
    var left = 10_000 + 2 * bytes.count
    return try archive(value, depth: 0, &left)
  }

  private func archive(
    _ value: PickleValue, depth: Int, _ left: inout Int
  ) throws(FormatProblem) -> Archive {
    left -= 1
    guard left >= 0 else {
      throw FormatProblem("expected a plain tree of values, found containers shared too often")
    }
    switch value {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .text(let range): return .string(try string(range))
    case .bytes(let range):
      // Python 2's strings; other bytes have no place in an archive of arrays.
      return .string(try string(range))
    case .global(.dtype(let dtype)): return .string(dtype.rawValue)
    case .latin1, .global:
      throw FormatProblem("expected arrays and plain values, found a type or raw bytes")
    case .node(let place):
      guard depth < Self.maximalDepth else {
        throw FormatProblem(
          "expected containers nested at most \(Self.maximalDepth) deep, "
            + "found deeper ones or a cycle")
      }
      return try archive(nodes[place], depth: depth + 1, &left)
    }
  }

  private func archive(
    _ node: PickleNode, depth: Int, _ left: inout Int
  ) throws(FormatProblem) -> Archive {
    switch node.kind {
    case .array(let array): return .array(array)
    case .list: return .list(try archives(node.items, depth: depth, &left))
    case .tuple: return .tuple(try archives(node.items, depth: depth, &left))
    case .dict: return .dict(try entries(node.items, depth: depth, &left))
    case .emptyArray: throw FormatProblem("expected a numpy array, found one without contents")
    case .dtype, .storage:
      throw FormatProblem("expected arrays and plain values, found a bare element type or storage")
    }
  }

  private func archives(
    _ items: [PickleValue], depth: Int, _ left: inout Int
  ) throws(FormatProblem) -> [Archive] {
    var result: [Archive] = []
    for item in items { result.append(try archive(item, depth: depth, &left)) }
    return result
  }

  private func entries(
    _ items: [PickleValue], depth: Int, _ left: inout Int
  ) throws(FormatProblem) -> [(key: String, value: Archive)] {
    var result: [(key: String, value: Archive)] = []
    var places: [String: Int] = [:]
    for place in stride(from: 0, to: items.count, by: 2) {
      let key = try key(items[place])
      let value = try archive(items[place + 1], depth: depth, &left)
      // As in Python, a later value takes an earlier one's place.
      if let earlier = places[key] {
        result[earlier].value = value
      } else {
        places[key] = result.count
        result.append((key, value))
      }
    }
    return result
  }

  /// A key as text: strings as they are, numbers as Python prints them.
  private func key(_ value: PickleValue) throws(FormatProblem) -> String {
    switch value {
    case .text(let range), .bytes(let range): return try string(range)
    case .int(let number): return String(number)
    case .bool(let value): return value ? "True" : "False"
    case .double(let number): return String(number)
    case .none: return "None"
    default: throw FormatProblem("expected keys that are text or numbers, found another value")
    }
  }
}
