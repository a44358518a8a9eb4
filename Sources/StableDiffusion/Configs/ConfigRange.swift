import Kernels

/// Checks of single settings, shared by the configs; the sentences lack the file's name.
enum ConfigRange {
  /// `value`, where it is a number of channels that a network can have.
  static func channels(_ value: Int, _ key: String) throws(ModelError) -> Int {
    try count(value, 1...65536, key)
  }

  /// `value`, where it lies in `range`.
  static func count(
    _ value: Int, _ range: ClosedRange<Int>, _ key: String
  ) throws(ModelError) -> Int {
    guard range.contains(value) else {
      throw ModelError(
        "expected \(range.lowerBound) to \(range.upperBound) for \"\(key)\", found \(value)")
    }
    return value
  }

  /// One number a level, each in `range`.
  static func counts(
    _ value: PerLevel, _ levels: Int, _ range: ClosedRange<Int>, _ key: String
  ) throws(ModelError) -> [Int] {
    guard let values = value.values(levels: levels) else {
      throw ModelError("expected one number or \(levels) of them for \"\(key)\"")
    }
    for value in values { _ = try count(value, range, key) }
    return values
  }

  /// The one number that all levels share.
  static func same(_ value: PerLevel, _ levels: Int, _ key: String) throws(ModelError) -> Int {
    guard let values = value.values(levels: levels), let first = values.first,
      values.allSatisfy({ $0 == first })
    else { throw ModelError("expected the same number at all levels for \"\(key)\"") }
    return first
  }

  /// The activation that diffusers or transformers call `name`.
  static func activation(_ name: String, _ key: String) throws(ModelError) -> Activation {
    switch name.lowercased() {
    case "silu", "swish": return .silu
    case "gelu": return .gelu
    case "quick_gelu": return .quickGELU
    default:
      throw ModelError("\"\(key)\" is \(name); supported are silu, swish, gelu and quick_gelu")
    }
  }

  /// PyTorch's padding mode of convolutions.
  static func padding(_ name: String) throws(ModelError) -> PaddingMode {
    switch name {
    case "zeros": return .zeros
    case "circular": return .circular
    default: throw ModelError("\"padding_mode\" is \(name); supported are zeros and circular")
    }
  }
}
