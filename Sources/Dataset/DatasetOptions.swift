/// What a dataset is made of; the defaults are the paper's.
public struct DatasetOptions: Sendable {
  /// The order of the rows.
  public enum Order: String, Sendable, CaseIterable {
    /// Rounds of one image a class, the classes of each round in a seeded order.
    case shuffled
    /// As the sources hold them.
    case source
  }

  /// How images are stored.
  public enum Format: String, Sendable, CaseIterable {
    /// Exactly what was computed.
    case png
    /// Smaller; quality 95 without chroma subsampling.
    case jpeg

    /// The extension of file names.
    var fileExtension: String { self == .png ? "png" : "jpg" }
  }

  /// Classes as the user names them; nil: the paper's five, or what the sources hold.
  public var classes: [String]?
  /// Images of each class.
  public var perClass: Int
  /// Images whose shorter side is under this are skipped, in pixels.
  public var minSide: Int
  /// The side of the stored images, in pixels.
  public var size: Int
  /// How images are stored.
  public var format: Format
  /// The order of the rows.
  public var order: Order
  /// The seed of ``Order/shuffled``.
  public var seed: UInt64

  /// The paper's options where nothing else is given.
  public init(
    classes: [String]? = nil, perClass: Int = 100, minSide: Int = 350, size: Int = 512,
    format: Format = .png, order: Order = .shuffled, seed: UInt64 = 42
  ) {
    self.classes = classes
    self.perClass = perClass
    self.minSide = minSide
    self.size = size
    self.format = format
    self.order = order
    self.seed = seed
  }
}
