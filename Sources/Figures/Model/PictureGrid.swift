/// Pictures and maps in rows and columns with their names, and a colour bar for each row that has one.
struct PictureGrid {
  /// What a cell shows.
  enum Content {
    case picture(Raster, isPhotograph: Bool)
    case map(TokenMap, ColorScale)
  }

  /// A cell: what it shows, and what is drawn around tokens.
  struct Cell {
    var content: Content
    /// Tokens to be marked, in a grid of `columns` by `rows`.
    var marks: [Mark] = []

    /// One token of a grid, or a square of several, drawn around.
    struct Mark {
      var column: Int
      var row: Int
      var columns: Int
      var rows: Int
      var side = 1
      var color: Color = .mark
    }
  }

  /// A row of cells.
  struct Row {
    var label: String
    /// One for each column; nil: left empty.
    var cells: [Cell?]
    /// The colours of the row's bar; nil: none.
    var bar: ColorScale?
    /// What the bar shows.
    var barLabel = ""
  }

  /// The beginning of every id, unique in the figure.
  var id: String
  var columns: [String]
  var rows: [Row]
  var side: Double = 60
  var gap: Double = 6
  /// Space for the rows' names.
  var labelWidth: Double = 40

  private static let header = 20.0
  private static let barSpace = 58.0

  private var hasHeader: Bool { columns.contains { !$0.isEmpty } }
  private var hasBars: Bool { rows.contains { $0.bar != nil } }

  /// The size of everything, bars and names included.
  var size: Size {
    Size(
      labelWidth + Double(columns.count) * (side + gap) - gap + (hasBars ? Self.barSpace : 0),
      (hasHeader ? Self.header : 0) + Double(rows.count) * (side + gap) - gap)
  }

  /// The cell's place in a grid whose upper left corner is `origin`.
  func frame(column: Int, row: Int, at origin: Point) -> Rect {
    Rect(
      x: origin.x + labelWidth + Double(column) * (side + gap),
      y: origin.y + (hasHeader ? Self.header : 0) + Double(row) * (side + gap), width: side,
      height: side)
  }

  /// Panels and names of the grid with its upper left corner at `origin`.
  func place(at origin: Point) -> (panels: [Panel], labels: [Label]) {
    var panels: [Panel] = []
    var labels: [Label] = []
    for (column, name) in columns.enumerated() where !name.isEmpty {
      let frame = frame(column: column, row: 0, at: origin)
      labels.append(Label(name, at: Point(frame.midX, frame.y - 9), size: 9.5))
    }
    for (place, row) in rows.enumerated() {
      for (column, cell) in row.cells.enumerated() {
        guard let cell else { continue }
        panels.append(
          panel(cell, "\(id)-\(place)-\(column)", frame(column: column, row: place, at: origin)))
      }
      let first = frame(column: 0, row: place, at: origin)
      if !row.label.isEmpty {
        labels.append(
          Label(row.label, at: Point(first.x - 7, first.midY), size: 9.5, alignment: .end))
      }
      if let bar = row.bar {
        let last = frame(column: columns.count - 1, row: place, at: origin)
        panels.append(
          Panel(
            bar: "\(id)-\(place)-bar",
            frame: Rect(x: last.maxX + 8, y: last.y, width: 6, height: last.height), colors: bar,
            ticks: Self.ticks(of: bar.scale), label: row.barLabel, labelDistance: 40))
      }
    }
    return (panels, labels)
  }

  private func panel(_ cell: Cell, _ id: String, _ frame: Rect) -> Panel {
    var marks: [Mark] = []
    switch cell.content {
    case .picture(let raster, let isPhotograph):
      marks = [.picture(Picture(id: "\(id)-image", raster: raster, isPhotograph: isPhotograph))]
    case .map(let map, let colors):
      marks = [
        .heatMap(
          HeatMap(
            id: "\(id)-map", values: map.values, rows: map.rows, columns: map.columns,
            colors: colors))
      ]
    }
    for (place, mark) in cell.marks.enumerated() {
      // Shares of the cell, so that a mark fits whatever the content's own grid is.
      let (width, height) = (1 / Double(mark.columns), 1 / Double(mark.rows))
      let extent = Extent(
        left: Double(mark.column) * width, right: Double(mark.column + mark.side) * width,
        bottom: Double(mark.row + mark.side) * height, top: Double(mark.row) * height)
      marks.append(
        .outline(
          Outline(
            id: "\(id)-mark-\(place)", extent: extent, stroke: Stroke(mark.color, width: 1.2))))
    }
    return Panel(id: id, frame: frame, rows: 1, columns: 1, marks: marks)
  }

  private static func ticks(of scale: Scale) -> [Tick] {
    let step = TickRule.niceStep((scale.end - scale.start).magnitude, ticks: 4)
    return TickRule.multiples(of: step, from: scale.start, to: scale.end)
  }
}

extension Color {
  /// What marks a token on a picture or map: vermilion, told from viridis by all eyes.
  static let mark = Color(0xFF4B00)
}
