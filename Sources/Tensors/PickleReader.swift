/// Interprets a pickle that builds arrays and containers, and nothing else.
///
/// A pickle is a program: this knows the instructions that torch and numpy write (protocols 2 to
/// 5), calls nothing, and refuses every constructor it does not know by name. After CPython's
/// `pickletools`.
struct PickleReader {
  /// More instructions than any file of arrays takes; an array takes about forty.
  static let maximalSteps = 1_000_000
  /// Containers nested more deeply than this are refused.
  static let maximalDepth = 100

  let bytes: UnsafeRawBufferPointer
  /// Gives the bytes of a torch storage: key, element type, count of elements.
  let storage: StorageLookup
  /// Whether storages hold big-endian elements.
  let isBigEndian: Bool
  var budget: MemoryBudget
  var nodes: [PickleNode] = []
  private var cursor: ByteCursor
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]

  /// Looks up a storage by key, counting what it inflates on the budget.
  typealias StorageLookup = (
    _ key: String, _ budget: inout MemoryBudget
  ) throws(FormatProblem) -> ArrayStorage

  init(
    _ bytes: UnsafeRawBufferPointer, budget: MemoryBudget, isBigEndian: Bool = false,
    storage: @escaping StorageLookup
  ) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
    self.budget = budget
    self.storage = storage
    cursor = ByteCursor(bytes)
  }

  /// Runs the whole pickle and gives what it leaves.
  mutating func read() throws(FormatProblem) -> Archive {
    for _ in 0..<Self.maximalSteps {
      let place = cursor.offset
      guard let code = cursor.next(UInt8.self) else { throw truncated() }
      if code == UInt8(ascii: ".") {
        let result = try pop()
        return try archive(result)
      }
      try step(code, at: place)
    }
    throw FormatProblem(
      "expected at most \(Self.maximalSteps) pickle instructions, found more")
  }

  /// The text at `range`, which must be UTF-8.
  func string(_ range: Range<Int>) throws(FormatProblem) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw FormatProblem("expected text in UTF-8 in the pickle, found other bytes")
    }
    return text
  }

  private mutating func step(_ code: UInt8, at place: Int) throws(FormatProblem) {
    switch UnicodeScalar(code) {
    // Protocol and framing.
    case "\u{80}":
      let version = try number(UInt8.self)
      guard (2...5).contains(version) else {
        throw FormatProblem("expected pickle protocol 2 to 5, found \(version)")
      }
    case "\u{95}": _ = try number(UInt64.self)
    // Constants and numbers.
    case "N": stack.append(.none)
    case "\u{88}": stack.append(.bool(true))
    case "\u{89}": stack.append(.bool(false))
    case "J": stack.append(.int(Int64(try number(Int32.self))))
    case "K": stack.append(.int(Int64(try number(UInt8.self))))
    case "M": stack.append(.int(Int64(try number(UInt16.self))))
    case "\u{8A}": try pushLong(Int(try number(UInt8.self)))
    case "\u{8B}": try pushLong(Int(try number(UInt32.self)))
    case "G": stack.append(.double(Double(bitPattern: try number(UInt64.self).byteSwapped)))
    // Text and bytes; Python 2's strings are taken as text.
    case "X": stack.append(.text(try take(UInt64(try number(UInt32.self)))))
    case "\u{8C}": stack.append(.text(try take(UInt64(try number(UInt8.self)))))
    case "\u{8D}": stack.append(.text(try take(try number(UInt64.self))))
    case "T": stack.append(.bytes(try take(UInt64(try number(UInt32.self)))))
    case "U": stack.append(.bytes(try take(UInt64(try number(UInt8.self)))))
    case "B": stack.append(.bytes(try take(UInt64(try number(UInt32.self)))))
    case "C": stack.append(.bytes(try take(UInt64(try number(UInt8.self)))))
    case "\u{8E}", "\u{96}": stack.append(.bytes(try take(try number(UInt64.self))))
    // Containers.
    case "(": marks.append(stack.count)
    case "]": push(.list, [])
    case ")": push(.tuple, [])
    case "}": push(.dict, [])
    case "l": push(.list, try popToMark())
    case "t": push(.tuple, try popToMark())
    case "d": push(.dict, try pairs(try popToMark()))
    case "\u{85}": push(.tuple, [try pop()])
    case "\u{86}":
      let second = try pop()
      push(.tuple, [try pop(), second])
    case "\u{87}":
      let third = try pop()
      let second = try pop()
      push(.tuple, [try pop(), second, third])
    case "a":
      let item = try pop()
      try extend([item], isDict: false)
    case "e": try extend(try popToMark(), isDict: false)
    case "s":
      let value = try pop()
      try extend([try pop(), value], isDict: true)
    case "u": try extend(try pairs(try popToMark()), isDict: true)
    // Stack and memo.
    case "0":
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    case "q": memo[UInt32(try number(UInt8.self))] = try top()
    case "r": memo[try number(UInt32.self)] = try top()
    case "\u{94}": memo[UInt32(truncatingIfNeeded: memo.count)] = try top()
    case "h": try recall(UInt32(try number(UInt8.self)))
    case "j": try recall(try number(UInt32.self))
    // Constructors.
    case "c":
      guard let module = cursor.line(limit: 1000), let name = cursor.line(limit: 1000) else {
        throw truncated()
      }
      try pushGlobal(module, name)
    case "\u{93}":
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw FormatProblem("expected the name of a constructor in the pickle, found none")
      }
      try pushGlobal(module, name)
    case "R", "\u{81}":
      let arguments = try pop()
      let function = try pop()
      stack.append(try call(function, try tuple(arguments)))
    case "b":
      let state = try pop()
      try build(try top(), state)
    case "Q": stack.append(try persistent(try tuple(try pop())))
    default:
      let hex = String(code, radix: 16)
      throw FormatProblem(
        "expected an instruction of pickle protocol 2 to 5, found byte 0x\(hex) at \(place)")
    }
  }

  /// Adds an object and gives its value.
  mutating func add(_ kind: PickleNode.Kind, _ items: [PickleValue] = []) -> PickleValue {
    nodes.append(PickleNode(kind: kind, items: items))
    return .node(nodes.count - 1)
  }

  private mutating func push(_ kind: PickleNode.Kind, _ items: [PickleValue]) {
    stack.append(add(kind, items))
  }

  private mutating func pushLong(_ size: Int) throws(FormatProblem) {
    guard let range = cursor.take(size) else { throw truncated() }
    guard size <= 8 else {
      throw FormatProblem("expected integers of at most 8 bytes, found one of \(size)")
    }
    var value: Int64 = size > 0 && bytes[range.upperBound - 1] >= 0x80 ? -1 : 0
    for place in range.reversed() { value = value << 8 | Int64(bytes[place]) }
    stack.append(.int(value))
  }

  private mutating func pushGlobal(
    _ module: Range<Int>, _ name: Range<Int>
  ) throws(FormatProblem) {
    // Bounded, since unknown names end in an error message.
    guard module.count <= 1000, name.count <= 1000 else {
      throw FormatProblem("expected the name of a constructor in the pickle, found a longer text")
    }
    let module = try string(module)
    let name = try string(name)
    guard let known = PickleGlobal(module: module, name: name) else {
      throw FormatProblem(
        "expected arrays, dicts, lists and plain values, found a pickle that asks for "
          + TensorError.quoted("\(module).\(name)"))
    }
    stack.append(.global(known))
  }

  private mutating func extend(_ items: [PickleValue], isDict: Bool) throws(FormatProblem) {
    guard case .node(let target) = try top() else {
      throw FormatProblem("expected a container to fill in the pickle, found a plain value")
    }
    switch nodes[target].kind {
    case .list where !isDict: nodes[target].items += items
    case .dict where isDict: nodes[target].items += items
    default: throw FormatProblem("expected a container to fill in the pickle, found another object")
    }
  }

  private func pairs(_ items: [PickleValue]) throws(FormatProblem) -> [PickleValue] {
    guard items.count.isMultiple(of: 2) else {
      throw FormatProblem("expected pairs of keys and values in the pickle, found a key alone")
    }
    return items
  }

  private mutating func pop() throws(FormatProblem) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw underflow() }
    return value
  }

  private func top() throws(FormatProblem) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw underflow() }
    return value
  }

  private mutating func popToMark() throws(FormatProblem) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw underflow() }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ key: UInt32) throws(FormatProblem) {
    guard let value = memo[key] else {
      throw FormatProblem("expected a memorised value in the pickle, found none at \(key)")
    }
    stack.append(value)
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(FormatProblem) -> Number {
    guard let value = cursor.next(type) else { throw truncated() }
    return value
  }

  private mutating func take(_ count: UInt64) throws(FormatProblem) -> Range<Int> {
    guard let count = Int(exactly: count), let range = cursor.take(count) else {
      throw truncated()
    }
    return range
  }

  private func truncated() -> FormatProblem {
    FormatProblem("expected a whole pickle, found its end inside an instruction")
  }

  private func underflow() -> FormatProblem {
    FormatProblem("expected a value on the pickle's stack, found none")
  }
}
