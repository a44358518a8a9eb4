import Networks

/// Reproducible random arrays for tests.
enum RandomValues {
  /// `count` normally distributed values.
  static func normals(_ count: Int, seed: UInt64) -> [Float] {
    var generator = TorchGenerator(seed: seed)
    return generator.normals(count: count)
  }
}
