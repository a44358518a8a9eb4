/// Checks of shapes that come from files, where any number may stand.
enum Shape {
  /// The largest rank read, numpy's own limit.
  static let maximalRank = 64

  /// The bytes of an array, or nil where a side is negative, the rank too high or a product overflows.
  ///
  /// Sides of zero count as one in the check of overflow, as in numpy, so that no order of
  /// multiplication can overflow later.
  static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
    guard shape.count <= maximalRank else { return nil }
    var product = dtype.size
    var isEmpty = false
    for side in shape {
      if side < 0 { return nil }
      if side == 0 { isEmpty = true }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(side, 1))
      if overflow { return nil }
      product = next
    }
    return isEmpty ? 0 : product
  }

  /// The strides, in elements, of a row-major array.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= max(shape[axis], 1)
    }
    return strides
  }

  /// `shape` as numpy prints it, cut after eight sides.
  static func text(_ shape: [Int]) -> String {
    let sides = shape.prefix(8).map(String.init).joined(separator: ", ")
    return shape.count > 8 ? "[\(sides), …]" : "[\(sides)]"
  }
}
