/// A view of a storage by shape, strides and offset, as a torch archive describes a tensor.
struct StridedView {
  let dtype: DType
  let shape: [Int]
  /// In elements.
  let strides: [Int]
  /// In elements.
  let offset: Int

  /// The view's array: a slice of `storage` where it is contiguous, else a copy.
  func array(
    in storage: ArrayStorage, isBigEndian: Bool, _ budget: inout MemoryBudget
  ) throws(FormatProblem) -> NDArray {
    guard let size = Shape.byteCount(shape, dtype), strides.count == shape.count else {
      throw FormatProblem(
        "expected a shape that fits into memory and as many strides, "
          + "found \(Shape.text(shape)) and \(Shape.text(strides))")
    }
    guard size > 0 else {
      return NDArray(dtype: dtype, shape: shape, storage: ArrayStorage([]))
    }
    let available = storage.count / dtype.size
    guard let last = lastElement(), offset >= 0, last < available else {
      throw FormatProblem(
        "expected a tensor inside its storage of \(available) elements, found shape "
          + "\(Shape.text(shape)), strides \(Shape.text(strides)) and offset \(offset)")
    }
    if isContiguous, !isBigEndian {
      let start = offset * dtype.size
      return NDArray(dtype: dtype, shape: shape, storage: storage.slice(start..<start + size))
    }
    if let problem = budget.take(size) { throw FormatProblem(problem) }
    var elements = storage.withBytes {
      Strided.gather(
        $0, elementSize: dtype.size, shape: shape, strides: strides, offset: offset)
    }
    if isBigEndian {
      elements = elements.withUnsafeBytes { Strided.swapped($0, elementSize: dtype.size) }
    }
    return NDArray(dtype: dtype, shape: shape, storage: ArrayStorage(elements))
  }

  private var isContiguous: Bool {
    zip(zip(shape, strides), Shape.strides(shape)).allSatisfy { $0.0 == 1 || $0.1 == $1 }
  }

  /// The highest place that the view reaches; nil on negative strides or overflow.
  private func lastElement() -> Int? {
    var last = offset
    for (side, stride) in zip(shape, strides) {
      guard stride >= 0 else { return nil }
      let (reach, a) = (side - 1).multipliedReportingOverflow(by: stride)
      let (sum, b) = last.addingReportingOverflow(reach)
      if a || b { return nil }
      last = sum
    }
    return last
  }
}
