/// What a figure is drawn on: PNG and PDF through Cairo, SVG, or a recording for tests.
///
/// All lengths are points (1/72 inch) from the upper left corner. Coordinates must be finite and
/// smaller than ``CanvasLimits/largest``; ``FigurePainter`` sees to that. Nothing here throws: text
/// is laid out (and refused where a glyph is missing) before it reaches a canvas, and a backend's
/// own failure comes when its file is finished.
public protocol Canvas {
  /// Opens a group of shapes, which ends with ``endGroup()``.
  mutating func beginGroup(_ group: Group)
  /// Ends the group opened last, and its clip.
  mutating func endGroup()
  /// Fills and strokes `shape`, in this order.
  mutating func draw(_ shape: Shape)
  /// Draws one line of text.
  mutating func draw(_ text: TextLine)
  /// Draws a picture.
  mutating func draw(_ image: PlacedRaster)
}

/// Bounds that keep Cairo's fixed-point coordinates (24.8 bits) from wrapping.
public enum CanvasLimits {
  /// The largest coordinate a canvas is given, in points.
  public static let largest = 100_000.0
}

/// Shapes that belong together: a panel, a legend, the ticks of an axis.
public struct Group: Hashable, Sendable {
  /// A named fact about a group, written as a `data-` attribute where the format has such.
  public struct Fact: Hashable, Sendable {
    /// Lower-case letters and hyphens, without `data-`.
    public let name: String
    /// The value as text.
    public let value: String
  }

  /// The group's name, unique in the figure; nil for one that needs none.
  public var id: String?
  /// Facts such as an axis's limits.
  public var facts: [Fact]
  /// Nothing outside this rectangle is drawn; nil: no clip.
  public var clip: Rect?

  /// A group.
  public init(id: String? = nil, facts: [Fact] = [], clip: Rect? = nil) {
    self.id = id
    self.facts = facts
    self.clip = clip
  }
}

/// How a line is drawn.
public struct Stroke: Hashable, Sendable {
  /// The line's colour.
  public var color: Color
  /// The line's width in points.
  public var width: Double
  /// Lengths of dashes and gaps in points; empty for a solid line.
  public var dash: [Double]
  /// Whether ends and corners are round; else butt ends and mitred corners.
  public var round: Bool

  /// A stroke.
  public init(_ color: Color, width: Double, dash: [Double] = [], round: Bool = false) {
    self.color = color
    self.width = width
    self.dash = dash
    self.round = round
  }
}

/// A path with its fill and stroke.
public struct Shape: Hashable, Sendable {
  /// The outline.
  public var path: Path
  /// The colour inside; nil: not filled.
  public var fill: Color?
  /// The line along the path; nil: none.
  public var stroke: Stroke?
  /// The shape's name, unique in the figure; nil for one that needs none.
  public var id: String?

  /// A shape.
  public init(_ path: Path, fill: Color? = nil, stroke: Stroke? = nil, id: String? = nil) {
    self.path = path
    self.fill = fill
    self.stroke = stroke
    self.id = id
  }
}

/// One line of text with every glyph in its place.
public struct TextLine: Hashable, Sendable {
  /// The text.
  public var string: String
  /// The glyph of each Unicode scalar, by its index in the bundled font.
  public var glyphs: [UInt32]
  /// Where each glyph starts, in points along the line from its beginning.
  public var offsets: [Double]
  /// The length of the line in points.
  public var width: Double
  /// The font's size in points.
  public var size: Double
  /// Where the baseline begins.
  public var origin: Point
  /// Degrees counter-clockwise around ``origin``; 90 reads upwards.
  public var angle: Double
  /// The colour.
  public var color: Color
}

/// A picture and the rectangle that it fills.
public struct PlacedRaster: Hashable, Sendable {
  /// The pixels.
  public var raster: Raster
  /// Where it goes.
  public var rect: Rect
  /// Photographs are interpolated; cells of a map keep their edges.
  public var isSmooth: Bool
  /// The picture's name, unique in the figure; nil for one that needs none.
  public var id: String?
}

/// An 8-bit RGB picture.
public struct Raster: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `3 * width * height` bytes, row-major: red, green, blue.
  public let pixels: [UInt8]

  /// A picture over `pixels`, which must hold exactly `3 * width * height` bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == 3 * width * height)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// How many pixels a cell's side gets where the picture is embedded: at least 4, and enough for
  /// 128 in all.
  ///
  /// Viewers that blur small images whatever is asked (rsvg 2.54, PDF viewers below 4 pixels a cell)
  /// then still show sharp cells.
  var enlargement: Int { max(4, (127 + min(width, height)) / max(1, min(width, height))) }

  /// The picture with every pixel made a square of `factor` by `factor`.
  func enlarged(by factor: Int) -> Raster {
    Raster(
      width: width * factor, height: height * factor,
      pixels: Self.repeating(pixels, channels: 3, width: width, factor: factor))
  }

  /// `bytes`, `channels` a pixel, with every pixel of its rows of `width` made a square.
  static func repeating(
    _ bytes: [UInt8], channels: Int, width: Int, factor: Int
  ) -> [UInt8] {
    let row = channels * width
    guard row > 0 else { return [] }
    let count = bytes.count * factor * factor
    return [UInt8](unsafeUninitializedCapacity: count) { large, filled in
      var end = 0
      for start in stride(from: 0, to: bytes.count, by: row) {
        let first = end
        for pixel in stride(from: start, to: start + row, by: channels) {
          for _ in 0..<factor {
            for channel in 0..<channels {
              large[end] = bytes[pixel + channel]
              end += 1
            }
          }
        }
        for _ in 1..<factor {
          for place in 0..<row * factor { large[end + place] = large[first + place] }
          end += row * factor
        }
      }
      filled = end
    }
  }
}
