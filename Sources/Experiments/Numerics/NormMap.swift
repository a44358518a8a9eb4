/// The norms of one image's tokens in one layer.
package struct NormMap: Equatable, Sendable {
  /// Rows of tokens.
  package let height: Int
  /// Columns of tokens.
  package let width: Int
  /// `height * width` norms, row by row.
  package let values: [Float]

  /// A map of `height * width` values.
  package init(height: Int, width: Int, values: [Float]) {
    precondition(values.count == height * width)
    self.height = height
    self.width = width
    self.values = values
  }

  /// The norm at a row and column.
  package subscript(row: Int, column: Int) -> Float { values[row * width + column] }

  /// The median over all tokens, of an even number the mean of the two in the middle; NaN without
  /// tokens.
  package var median: Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (Double(sorted[half - 1]) + Double(sorted[half])) / 2 : Double(sorted[half])
  }

  /// The mean over all tokens.
  package var mean: Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }
}
