/// Something that a panel shows.
public enum Mark: Hashable, Sendable {
  case curve(Curve)
  case band(Band)
  case rule(Rule)
  case heatMap(HeatMap)
  case picture(Picture)
  case dots(Dots)
  case bars(Bars)
  case outline(Outline)
}

/// A line through one point an x; values that have no place are gaps.
public struct Curve: Hashable, Sendable {
  /// Its name in the figure, the id of its path in SVG.
  public var id: String
  /// What the legend calls it; nil: not in the legend.
  public var label: String?
  /// Where each value stands.
  public var x: [Double]
  /// The values, one for each `x`.
  public var y: [Double]
  /// The line.
  public var stroke: Stroke

  /// A curve; `x` and `y` have the same length.
  public init(id: String, label: String?, x: [Double], y: [Double], stroke: Stroke) {
    precondition(x.count == y.count)
    self.id = id
    self.label = label
    self.x = x
    self.y = y
    self.stroke = stroke
  }
}

/// The area between two curves, cut at the panel's edges.
public struct Band: Hashable, Sendable {
  /// Its name in the figure, the id of its path in SVG.
  public var id: String
  /// Where each pair of values stands.
  public var x: [Double]
  /// The lower edge, one value for each `x`.
  public var lower: [Double]
  /// The upper edge, one value for each `x`.
  public var upper: [Double]
  /// The colour, with its opacity.
  public var color: Color
}

/// A straight line across the panel at one value.
public struct Rule: Hashable, Sendable {
  /// Which axis the value belongs to.
  public enum Direction: Sendable {
    /// A level line at a y.
    case horizontal
    /// An upright line at an x.
    case vertical
  }
  /// Which axis the value belongs to.
  public var direction: Direction
  /// The value.
  public var value: Double
  /// The line.
  public var stroke: Stroke
}

/// The part of a panel, in its axes' values, that an image fills.
public struct Extent: Hashable, Sendable {
  /// The value at the image's left edge.
  public var left: Double
  /// The value at its right edge.
  public var right: Double
  /// The value at its lower edge.
  public var bottom: Double
  /// The value at its upper edge.
  public var top: Double

  /// An extent from its four edges.
  public init(left: Double, right: Double, bottom: Double, top: Double) {
    self.left = left
    self.right = right
    self.bottom = bottom
    self.top = top
  }
}

/// Rows of values as colours, drawn as one image.
public struct HeatMap: Hashable, Sendable {
  /// Its name in the figure.
  public var id: String
  /// `rows * columns` values, row-major, the upper row first.
  public var values: [Float]
  /// The number of rows.
  public var rows: Int
  /// The number of values in a row.
  public var columns: Int
  /// What colours the values have.
  public var colors: ColorScale
  /// Where the image goes; nil: all of the panel.
  public var extent: Extent?

  /// A heat map; `values` holds `rows * columns` of them.
  public init(
    id: String, values: [Float], rows: Int, columns: Int, colors: ColorScale,
    extent: Extent? = nil
  ) {
    precondition(values.count == rows * columns)
    self.id = id
    self.values = values
    self.rows = rows
    self.columns = columns
    self.colors = colors
    self.extent = extent
  }

  /// The map as pixels, one a cell.
  public var raster: Raster {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * values.count)
    for value in values {
      let color = colors.color(of: Double(value))
      pixels += [color.red, color.green, color.blue]
    }
    return Raster(width: columns, height: rows, pixels: pixels)
  }
}

/// An image in its own colours that fills the panel.
public struct Picture: Hashable, Sendable {
  /// Its name in the figure.
  public var id: String
  /// The pixels.
  public var raster: Raster
  /// Whether it is a photograph (interpolated) or a map whose cells keep their edges.
  public var isPhotograph: Bool
}

/// Small discs.
public struct Dots: Hashable, Sendable {
  /// Their name in the figure, the id of their path in SVG.
  public var id: String
  /// What the legend calls them; nil: not in the legend.
  public var label: String?
  /// Where each stands.
  public var x: [Double]
  /// How high each stands, one for each `x`.
  public var y: [Double]
  /// The radius in points.
  public var radius: Double
  /// The colour.
  public var color: Color
}

/// A histogram's bars.
public struct Bars: Hashable, Sendable {
  /// Their name in the figure, the id of their path in SVG.
  public var id: String
  /// What the legend calls them; nil: not in the legend.
  public var label: String?
  /// The edges between bars, one more than there are bars.
  public var edges: [Double]
  /// Their lengths.
  public var values: [Double]
  /// Whether bars lie (from the left edge) or stand (from the lower edge).
  public var areHorizontal: Bool
  /// The colour.
  public var color: Color
}

/// A rectangle drawn around part of a panel, such as a token of a map.
public struct Outline: Hashable, Sendable {
  /// Its name in the figure, the id of its path in SVG.
  public var id: String
  /// What it surrounds.
  public var extent: Extent
  /// The line.
  public var stroke: Stroke
}
