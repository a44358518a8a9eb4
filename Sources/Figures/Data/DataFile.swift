package import Tensors

/// A file of arrays as figures read it: every complaint names file, array and what was expected.
package struct DataFile: Sendable {
  /// The file's path.
  package let path: String
  /// What it holds.
  package let archive: Archive
  /// Its name and hash.
  package let source: Figure.Source

  /// The lone array of the file, of the given shape; nil in `shape` means any length.
  ///
  /// - Throws: ``FigureError`` where it is not that.
  package func array(shape: [Int?]) throws(FigureError) -> NDArray {
    guard case .array(let array) = archive else {
      throw FigureError(.array, "\(path): expected one array, found \(Self.kind(of: archive))")
    }
    return try check(array, named: nil, shape: shape)
  }

  /// The array at `key`, of the given shape; nil where the file has no such key.
  ///
  /// - Throws: ``FigureError`` where the file is no dict or the array is not of that shape.
  package func array(_ key: String, shape: [Int?]) throws(FigureError) -> NDArray? {
    guard case .dict = archive else {
      throw FigureError(
        .array, "\(path): expected a dict of arrays, found \(Self.kind(of: archive))")
    }
    guard let value = archive[key] else { return nil }
    return try array(value, named: key, shape: shape)
  }

  /// `value` as an array of the given shape.
  ///
  /// - Throws: ``FigureError`` naming the array as `name`.
  package func array(_ value: Archive, named name: String, shape: [Int?]) throws(FigureError)
    -> NDArray
  {
    guard let array = value.array else {
      throw FigureError(
        .array, "\(path): \(name): expected an array, found \(Self.kind(of: value))")
    }
    return try check(array, named: name, shape: shape)
  }

  private func check(
    _ array: NDArray, named name: String?, shape: [Int?]
  ) throws(FigureError) -> NDArray {
    let fits =
      array.shape.count == shape.count
      && zip(array.shape, shape).allSatisfy { found, wanted in wanted.map { $0 == found } ?? true }
    guard fits else {
      let place = name.map { "\(path): \($0)" } ?? path
      let wanted = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      let found = array.shape.map(String.init).joined(separator: ", ")
      throw FigureError(
        .array, "\(place): expected an array of shape [\(wanted)], found [\(found)]")
    }
    return array
  }

  /// What `value` is, for messages.
  static func kind(of value: Archive) -> String {
    switch value {
    case .array: "an array"
    case .dict: "a dict"
    case .list: "a list"
    case .tuple: "a tuple"
    case .int, .double: "a number"
    case .bool: "a truth value"
    case .string: "a string"
    case .none: "None"
    }
  }
}
