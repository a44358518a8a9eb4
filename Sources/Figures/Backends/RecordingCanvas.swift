/// Keeps what is drawn, for tests of layout that need no pixels.
public struct RecordingCanvas: Canvas {
  /// One call to the canvas.
  public enum Operation: Hashable, Sendable {
    case beginGroup(Group)
    case endGroup
    case shape(Shape)
    case text(TextLine)
    case image(PlacedRaster)
  }

  /// The calls in order.
  public private(set) var operations: [Operation] = []

  /// An empty recording.
  public init() {}

  /// Records the group's beginning.
  public mutating func beginGroup(_ group: Group) { operations.append(.beginGroup(group)) }
  /// Records the group's end.
  public mutating func endGroup() { operations.append(.endGroup) }
  /// Records the shape.
  public mutating func draw(_ shape: Shape) { operations.append(.shape(shape)) }
  /// Records the text.
  public mutating func draw(_ text: TextLine) { operations.append(.text(text)) }
  /// Records the picture.
  public mutating func draw(_ image: PlacedRaster) { operations.append(.image(image)) }

  /// All shapes in order.
  public var shapes: [Shape] {
    operations.compactMap { if case .shape(let shape) = $0 { shape } else { nil } }
  }
  /// All lines of text in order.
  public var texts: [TextLine] {
    operations.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
  /// All pictures in order.
  public var images: [PlacedRaster] {
    operations.compactMap { if case .image(let image) = $0 { image } else { nil } }
  }
}
