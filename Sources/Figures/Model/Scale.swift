#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// How values become places along an axis.
public struct Scale: Hashable, Sendable {
  /// The spacing of values.
  public enum Kind: String, Sendable {
    case linear
    case log2
    case log10
  }

  /// The spacing of values.
  public let kind: Kind
  /// The value at the left or lower end; larger than ``end`` on a reversed axis.
  public let start: Double
  /// The value at the right or upper end.
  public let end: Double

  /// A scale between two different finite values, positive on a logarithmic one.
  public init(_ kind: Kind, from start: Double, to end: Double) {
    precondition(start.isFinite && end.isFinite && start != end)
    precondition(kind == .linear || (start > 0 && end > 0))
    self.kind = kind
    self.start = start
    self.end = end
  }

  /// Whether `value` has a place: finite, and positive on a logarithmic scale.
  public func canShow(_ value: Double) -> Bool {
    value.isFinite && (kind == .linear || value > 0)
  }

  /// Where `value` lies, 0 at ``start`` and 1 at ``end``; nil where it has no place.
  public func position(of value: Double) -> Double? {
    guard canShow(value) else { return nil }
    // Halves keep the difference of two huge values finite.
    switch kind {
    case .linear: return (value / 2 - start / 2) / (end / 2 - start / 2)
    case .log2, .log10: return Glibc.log2(value / start) / Glibc.log2(end / start)
    }
  }
}

/// A mark on an axis and what it says.
public struct Tick: Hashable, Sendable {
  /// The value.
  public var value: Double
  /// The text beside it; empty for a mark alone.
  public var label: String

  /// A tick.
  public init(_ value: Double, _ label: String) {
    self.value = value
    self.label = label
  }
}
