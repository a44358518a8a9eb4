/// The constructors that torch and numpy use, as plain functions over values.
extension PickleReader {
  /// The items of a tuple.
  func tuple(_ value: PickleValue) throws(FormatProblem) -> [PickleValue] {
    guard case .node(let place) = value, case .tuple = nodes[place].kind else {
      throw FormatProblem("expected a tuple in the pickle, found another value")
    }
    return nodes[place].items
  }

  /// What calling `function` with `arguments` gives.
  mutating func call(
    _ function: PickleValue, _ arguments: [PickleValue]
  ) throws(FormatProblem) -> PickleValue {
    guard case .global(let function) = function else {
      throw FormatProblem("expected a constructor in the pickle, found a plain value")
    }
    switch function {
    case .rebuildTensor: return try tensor(arguments)
    case .rebuildParameter: return try array(at: 0, of: arguments)
    case .rebuildFromType:
      // (function, type, arguments, state): attributes in the state are left alone.
      guard arguments.count == 4, case .global(let inner) = arguments[0],
        inner == .rebuildTensor || inner == .rebuildParameter
      else { throw wrongArguments("_rebuild_from_type_v2") }
      return try call(.global(inner), try tuple(arguments[2]))
    case .size:
      guard arguments.count == 1 else { throw wrongArguments("torch.Size") }
      return try add(.tuple, sequence(arguments[0]))
    case .orderedDict: return try orderedDict(arguments)
    case .reconstructArray: return add(.emptyArray)
    case .arrayFromBuffer: return try arrayFromBuffer(arguments)
    case .numpyScalar: return try numpyScalar(arguments)
    case .numpyDtype:
      guard let first = arguments.first else { throw wrongArguments("numpy.dtype") }
      return add(.dtype(try text(first), isBigEndian: false))
    case .encode:
      guard arguments.count == 2, case .text(let range) = arguments[0],
        ["latin1", "latin-1"].contains(try text(arguments[1]))
      else { throw wrongArguments("_codecs.encode") }
      return .latin1(range)
    case .storage, .dtype, .arrayType, .tensorType:
      throw FormatProblem("expected a constructor in the pickle, found a type that is called")
    }
  }

  /// Gives `object` its `state`, as `__setstate__` would.
  mutating func build(_ object: PickleValue, _ state: PickleValue) throws(FormatProblem) {
    guard case .node(let place) = object else {
      throw FormatProblem("expected an object to complete in the pickle, found a plain value")
    }
    switch nodes[place].kind {
    case .emptyArray: nodes[place].kind = .array(try numpyArray(try tuple(state)))
    case .dtype(let code, _):
      // (3, order, subtype, names, fields, size, alignment, flags)
      let items = try tuple(state)
      guard items.count >= 2 else { throw wrongArguments("numpy.dtype") }
      nodes[place].kind = .dtype(code, isBigEndian: try text(items[1]) == ">")
    // Attributes of an OrderedDict, such as a state dict's `_metadata`.
    case .dict: break
    default:
      throw FormatProblem("expected an object to complete in the pickle, found one without state")
    }
  }

  /// The storage that a persistent id ("storage", type, key, device, count) names.
  mutating func persistent(_ id: [PickleValue]) throws(FormatProblem) -> PickleValue {
    guard id.count >= 5, try text(id[0]) == "storage", case .global(.storage(let dtype)) = id[1]
    else { throw wrongArguments("a storage") }
    let key = try text(id[2])
    let count = try integer(id[4])
    let bytes = try storage(key, &budget)
    let (size, overflow) = count.multipliedReportingOverflow(by: dtype?.size ?? 1)
    guard !overflow, size == bytes.count else {
      throw FormatProblem(
        "storage \(TensorError.quoted(key)): expected \(count) elements of "
          + "\(dtype?.size ?? 1) bytes, found \(bytes.count) bytes")
    }
    return add(.storage(bytes, dtype))
  }

  private mutating func tensor(_ arguments: [PickleValue]) throws(FormatProblem) -> PickleValue {
    guard arguments.count >= 4, case .node(let place) = arguments[0],
      case .storage(let bytes, let storageType) = nodes[place].kind
    else { throw wrongArguments("_rebuild_tensor_v2") }
    var dtype = storageType
    // Version 3 names the element type and views an untyped storage.
    if arguments.count >= 7, case .global(.dtype(let given)) = arguments[6] { dtype = given }
    guard let dtype else { throw wrongArguments("_rebuild_tensor_v3") }
    // The last argument of version 2 marks views that conjugate or negate.
    if case .node(let flags)? = arguments.last, arguments.count >= 7,
      case .dict = nodes[flags].kind,
      nodes[flags].items.contains(where: { if case .bool(true) = $0 { true } else { false } })
    {
      throw FormatProblem("expected a plain tensor, found a negated or conjugated view")
    }
    let offset = try integer(arguments[1])
    let shape = try integers(arguments[2])
    let strides = try integers(arguments[3])
    let view = StridedView(dtype: dtype, shape: shape, strides: strides, offset: offset)
    return add(.array(try view.array(in: bytes, isBigEndian: isBigEndian, &budget)))
  }

  private mutating func orderedDict(
    _ arguments: [PickleValue]
  ) throws(FormatProblem) -> PickleValue {
    var items: [PickleValue] = []
    if let first = arguments.first {
      for pair in try sequence(first) {
        let pair = try sequence(pair)
        guard pair.count == 2 else { throw wrongArguments("OrderedDict") }
        items += pair
      }
    }
    return add(.dict, items)
  }

  private func array(
    at place: Int, of arguments: [PickleValue]
  ) throws(FormatProblem) -> PickleValue {
    guard arguments.indices.contains(place), case .node(let node) = arguments[place],
      case .array = nodes[node].kind
    else { throw wrongArguments("_rebuild_parameter") }
    return arguments[place]
  }

  /// The items of a list or tuple.
  func sequence(_ value: PickleValue) throws(FormatProblem) -> [PickleValue] {
    if case .node(let place) = value {
      switch nodes[place].kind {
      case .tuple, .list: return nodes[place].items
      default: break
      }
    }
    throw FormatProblem("expected a list or tuple in the pickle, found another value")
  }

  func integers(_ value: PickleValue) throws(FormatProblem) -> [Int] {
    let items = try sequence(value)
    guard items.count <= Shape.maximalRank else {
      throw FormatProblem("expected at most \(Shape.maximalRank) dimensions, found \(items.count)")
    }
    var numbers: [Int] = []
    for item in items { numbers.append(try integer(item)) }
    return numbers
  }

  func integer(_ value: PickleValue) throws(FormatProblem) -> Int {
    guard case .int(let number) = value, let number = Int(exactly: number) else {
      throw FormatProblem("expected an integer in the pickle, found another value")
    }
    return number
  }

  /// Text; also as Python 2 wrote it.
  func text(_ value: PickleValue) throws(FormatProblem) -> String {
    switch value {
    case .text(let range) where range.count <= 1 << 16,
      .bytes(let range) where range.count <= 1 << 16:
      return try string(range)
    default: throw FormatProblem("expected a short text in the pickle, found another value")
    }
  }

  func wrongArguments(_ name: String) -> FormatProblem {
    FormatProblem("expected the arguments of \(name) in the pickle, found others")
  }
}
