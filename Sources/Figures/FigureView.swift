public import Layers

/// What to show of the arrays: blocks, images, timesteps.
///
/// Each kind of figure takes what it has a use for; empty lists leave the choice to it.
public struct FigureView: Hashable, Sendable {
  /// Block outputs, in the order in which they are to stand.
  public var blocks: [Layer] = []
  /// Places of images among those that the arrays hold.
  public var images: [Int] = []
  /// Diffusion timesteps.
  public var timesteps: [Int] = []
  /// The reference token that similarities must be to; nil: whatever the arrays hold.
  public var reference: Reference?

  /// The name of the file of representations that the arrays were computed from; nil: none was.
  public var representations: String?

  /// A token of an image.
  public struct Reference: Hashable, Sendable {
    /// The image's place among those that the arrays hold.
    public var image: Int
    /// The column, in a grid of `side`.
    public var column: Int
    /// The row, in a grid of `side`.
    public var row: Int
    /// Columns, and rows, of the grid that the place is counted in.
    public var side: Int

    /// A token's place.
    public init(image: Int, column: Int, row: Int, side: Int) {
      self.image = image
      self.column = column
      self.row = row
      self.side = side
    }
  }

  /// Everything that the figures show by themselves.
  public init() {}

  /// The options that choose this view, for the command in a figure's metadata.
  var command: [String] {
    var words: [String] = []
    if !blocks.isEmpty { words += ["--blocks"] + blocks.map(\.block.label) }
    if !images.isEmpty { words += ["--images"] + images.map(String.init) }
    if !timesteps.isEmpty { words += ["--timesteps"] + timesteps.map(String.init) }
    if let reference {
      let place = [reference.image, reference.column, reference.row, reference.side]
      words += ["--reference"] + place.map(String.init)
    }
    if let representations { words += ["--representations", representations] }
    return words
  }

  /// The block output of a name: `mid`, `up1` as figures call them, or as diffusers spells them.
  public static func block(named name: String) -> Layer? {
    Layer.blockOutputs.first { $0.block.label == name || $0.name == name }
  }

  /// Those of `there` that are wanted, in the order wanted.
  ///
  /// - Throws: ``FigureError`` naming a wanted block that is not there.
  func blocks<Entry>(
    of there: [Entry], in file: DataFile, _ block: (Entry) -> Layer
  ) throws(FigureError) -> [Entry] {
    try chosen(blocks, of: there, in: file, "block", block) { $0.block.label }
  }

  /// The places in `range` that are wanted, in the order wanted; the first `count` of them by
  /// default, all where `count` is nil.
  ///
  /// - Throws: ``FigureError`` naming a wanted image that is not there.
  func images(
    of range: Range<Int>, first count: Int? = nil, in file: DataFile
  ) throws(FigureError) -> [Int] {
    if images.isEmpty { return Array(count.map { range.prefix($0) } ?? range[...]) }
    return try chosen(images, of: Array(range), in: file, "image", { $0 }, String.init)
  }

  /// The places in `there` of the timesteps that are wanted, in the order wanted.
  ///
  /// - Throws: ``FigureError`` naming a wanted timestep that is not there.
  func timesteps(of there: [Int], in file: DataFile) throws(FigureError) -> [Int] {
    try chosen(
      timesteps, of: Array(there.indices), in: file, "timestep", { there[$0] }, String.init)
  }

  private func chosen<Entry, Key: Equatable>(
    _ wanted: [Key], of there: [Entry], in file: DataFile, _ what: String,
    _ key: (Entry) -> Key, _ name: (Key) -> String
  ) throws(FigureError) -> [Entry] {
    if wanted.isEmpty { return there }
    var found: [Entry] = []
    for one in wanted {
      guard let entry = there.first(where: { key($0) == one }) else {
        let known = there.isEmpty ? "none" : there.map { name(key($0)) }.joined(separator: ", ")
        throw FigureError(
          .absent, "\(file.path): has no \(what) \(name(one)); there are \(known)")
      }
      found.append(entry)
    }
    return found
  }
}
