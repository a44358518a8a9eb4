import Files

/// numpy's file of one array, `.npy`.
public enum NPY {
  /// Reads the array at `path`: format versions 1 to 3, C or Fortran order, either endianness.
  ///
  /// - Throws: ``TensorError`` where it cannot be read, is no npy file, or holds something other
  ///   than numbers and booleans.
  public static func read(_ path: String) throws(TensorError) -> NDArray {
    try read(try Source.map(path), path: path)
  }

  static func read(
    _ storage: ArrayStorage, path: String, array: String? = nil
  ) throws(TensorError) -> NDArray {
    do throws(FormatProblem) {
      let header = try storage.withBytes { (bytes) throws(FormatProblem) in
        try NPYHeader.read(bytes)
      }
      try check(header, size: storage.count)
      return contents(header, storage)
    } catch { throw error.error(path, array) }
  }

  /// Checks that a file of `size` bytes holds exactly what `header` declares.
  static func check(_ header: NPYHeader, size: Int) throws(FormatProblem) {
    let found = size - header.dataOffset
    guard let expected = Shape.byteCount(header.shape, header.dtype) else {
      throw FormatProblem(
        "expected a shape that fits into memory, found \(Shape.text(header.shape)) "
          + "of \(header.dtype.rawValue)")
    }
    guard expected == found else {
      throw FormatProblem(
        "expected \(expected) bytes of elements for shape \(Shape.text(header.shape)) "
          + "of \(header.dtype.rawValue), found \(found)")
    }
  }

  /// The array behind a checked header: a slice of `storage`, or a copy in our order.
  static func contents(_ header: NPYHeader, _ storage: ArrayStorage) -> NDArray {
    var elements = storage.slice(header.dataOffset..<storage.count)
    if header.isBigEndian, header.dtype.size > 1 {
      elements = ArrayStorage(
        elements.withBytes { Strided.swapped($0, elementSize: header.dtype.size) })
    }
    if header.isFortranOrder, header.shape.count > 1 {
      let strides: [Int] = Shape.strides(header.shape.reversed()).reversed()
      elements = ArrayStorage(
        elements.withBytes {
          Strided.gather(
            $0, elementSize: header.dtype.size, shape: header.shape, strides: strides, offset: 0)
        })
    }
    return NDArray(dtype: header.dtype, shape: header.shape, storage: elements)
  }
}
