import Layers
import Tensors

extension DataFile {
  /// The longest side that a map or picture in a figure may have.
  static let longestSide = 4096

  /// The pictures at `key`: uint8 [count, height, width, 3]; empty where there is no such key.
  ///
  /// - Throws: ``FigureError`` where it is something else.
  func pictures(_ key: String) throws(FigureError) -> [Raster] {
    guard let array = try array(key, shape: [nil, nil, nil, 3]) else { return [] }
    guard array.dtype == .uint8 else {
      throw FigureError(
        .array, "\(path): \(key): expected pictures of uint8, found \(array.dtype.rawValue)")
    }
    let (height, width) = (array.shape[1], array.shape[2])
    try check(sides: [height, width], key)
    let bytes = array.storage.withBytes { Array($0) }
    let size = 3 * height * width
    return (0..<array.shape[0]).map {
      Raster(width: width, height: height, pixels: Array(bytes[$0 * size..<($0 + 1) * size]))
    }
  }

  /// The maps at `key`: numbers [count, rows, columns]; empty where there is no such key.
  ///
  /// - Throws: ``FigureError`` where it is something else.
  func maps(_ key: String) throws(FigureError) -> [TokenMap] {
    guard let array = try array(key, shape: [nil, nil, nil]) else { return [] }
    return try maps(of: array, key)
  }

  /// The maps at `key`: numbers [count, turns, rows, columns], by count, then turn.
  ///
  /// - Throws: ``FigureError`` where it is something else, or has not `turns` turns.
  func maps(_ key: String, turns: Int) throws(FigureError) -> [[TokenMap]] {
    guard let array = try array(key, shape: [nil, turns, nil, nil]) else { return [] }
    let all = try maps(of: array, key)
    return stride(from: 0, to: all.count, by: max(1, turns)).map { Array(all[$0..<$0 + turns]) }
  }

  /// The map at `key`: numbers [rows, columns]; nil where there is no such key.
  ///
  /// - Throws: ``FigureError`` where it is something else.
  func map(_ key: String) throws(FigureError) -> TokenMap? {
    guard let array = try array(key, shape: [nil, nil]) else { return nil }
    return try maps(of: array, key).first
  }

  /// Whole numbers at `key`, of the given length (nil: any); nil where there is no such key.
  ///
  /// - Throws: ``FigureError`` where it is something else.
  func integers(_ key: String, count: Int? = nil) throws(FigureError) -> [Int]? {
    guard let array = try array(key, shape: [count]) else { return nil }
    guard let numbers = array.int64s() else {
      throw FigureError(.array, "\(path): \(key): expected whole numbers, found others")
    }
    return numbers.map { Int($0) }
  }

  private func maps(of array: NDArray, _ key: String) throws(FigureError) -> [TokenMap] {
    let (rows, columns) = (array.shape[array.shape.count - 2], array.shape[array.shape.count - 1])
    try check(sides: [rows, columns], key)
    let values = array.floats()
    let size = rows * columns
    return stride(from: 0, to: values.count, by: size).map {
      TokenMap(rows: rows, columns: columns, values: Array(values[$0..<$0 + size]))
    }
  }

  /// Refuses sides of no cell or of more than a figure can show.
  func check(sides: [Int], _ key: String) throws(FigureError) {
    guard sides.allSatisfy({ (1...Self.longestSide).contains($0) }) else {
      throw FigureError(
        .array,
        "\(path): \(key): expected sides of 1 to \(Self.longestSide), found "
          + sides.map(String.init).joined(separator: " x "))
    }
  }
}

/// A number for every token of a representation.
struct TokenMap: Sendable {
  let rows: Int
  let columns: Int
  /// Row-major.
  let values: [Float]

  /// Whether any value can be drawn.
  var hasValues: Bool { values.contains(where: \.isFinite) }
}
