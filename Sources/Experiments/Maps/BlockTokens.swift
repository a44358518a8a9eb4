package import Layers

/// The tokens of block outputs of some images, wherever they lie: work files of a run, or a file of
/// representations.
package protocol BlockTokens {
  /// The number of images.
  var imageCount: Int { get }
  /// The block outputs that are there, in forward order.
  var blocks: [Layer] { get }
  /// Height, width and channels of a block's maps.
  ///
  /// - Throws: ``ExperimentError`` where the tokens cannot be read.
  func shape(of block: Layer) throws(ExperimentError) -> MapShape
  /// The tokens of one image, row by row, channels last.
  ///
  /// - Throws: ``ExperimentError`` where they cannot be read.
  func tokens(of block: Layer, image: Int) throws(ExperimentError) -> [Float]
}

extension BlockTokens {
  /// The tokens of one image as unit vectors, with their norms.
  func units(of block: Layer, image: Int) throws(ExperimentError) -> UnitTokens {
    let shape = try shape(of: block)
    let values = try tokens(of: block, image: image)
    let tokens = values.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map {
        PairHistogram.Tokens($0, count: shape.height * shape.width, channels: shape.channels)
      }
    }
    guard let tokens else { throw ExperimentError("\(block): expected tokens, found none") }
    return UnitTokens(tokens: tokens, shape: shape)
  }
}

/// The tokens of one image divided by their norms; a token of norm 0 stays 0.
struct UnitTokens {
  let tokens: PairHistogram.Tokens
  let shape: MapShape

  var count: Int { shape.height * shape.width }
  var norms: [Float] { tokens.norms }

  /// The unit vector of the token at `index`.
  func token(_ index: Int) -> [Float] {
    Array(tokens.units[index * shape.channels..<(index + 1) * shape.channels])
  }

  /// The cosine similarities of every token to a unit vector, row by row.
  func similarities(to vector: [Float]) -> [Float] {
    (0..<count).map { token in
      var sum: Float = 0
      for channel in 0..<shape.channels {
        sum += tokens.units[token * shape.channels + channel] * vector[channel]
      }
      return sum
    }
  }
}

/// The block outputs that a run's extractions left at its main timestep.
final class SpilledBlocks: BlockTokens {
  private let plan: WorkPlan
  private let folder: WorkFolder
  /// The files of the block asked for last: an experiment goes through blocks one by one.
  private var last: (block: Layer, tokens: SpilledTokens)?

  init(_ plan: WorkPlan, _ folder: WorkFolder) {
    self.plan = plan
    self.folder = folder
  }

  var imageCount: Int { plan.images }
  var blocks: [Layer] { Layer.blockOutputs }

  func shape(of block: Layer) throws(ExperimentError) -> MapShape { try spilled(block).shape }

  func tokens(of block: Layer, image: Int) throws(ExperimentError) -> [Float] {
    let tokens = try spilled(block)
    var failure: ExperimentError?
    let values = [Float](unsafeUninitializedCapacity: tokens.shape.count) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      do throws(ExperimentError) {
        try tokens.read(image: image, into: start)
        filled = tokens.shape.count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  private func spilled(_ block: Layer) throws(ExperimentError) -> SpilledTokens {
    if let last, last.block == block { return last.tokens }
    let tokens = try SpilledTokens(
      block.sameOutput, of: plan.batches(timestep: plan.timestep), in: folder, memory: 0)
    last = (block, tokens)
    return tokens
  }
}
