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

  /// The mean over all tokens.
  package var mean: Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }
}
