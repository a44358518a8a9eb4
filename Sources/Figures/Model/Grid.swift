/// Cells of one size in rows and columns.
struct Grid {
  /// Space around all cells, in points.
  struct Margins {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double
  }

  var columns: Int
  var rows: Int
  var cell: Size
  /// Space between neighbouring cells.
  var gap: Size
  var margins: Margins

  /// The size of everything.
  var size: Size {
    let last = frame(column: columns - 1, row: rows - 1)
    return Size(last.maxX + margins.right, last.maxY + margins.bottom)
  }

  /// The place of one cell.
  func frame(column: Int, row: Int) -> Rect {
    Rect(
      x: margins.left + Double(column) * (cell.width + gap.width),
      y: margins.top + Double(row) * (cell.height + gap.height), width: cell.width,
      height: cell.height)
  }
}
