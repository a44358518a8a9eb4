public import Layers

/// What was measured in one layer of one model, as plain values; nil where its array is absent.
public struct LayerFindings: Equatable, Sendable {
  /// How well position can be read on one grid.
  public struct Position: Equatable, Sendable {
    /// Cells a side: 8, 16, 32, 64.
    public let cells: Int
    /// The share of (token, axis) pairs whose predicted and true place fall into the same cell.
    public let accuracy: Double
    /// What guessing gives: one in as many cells as the layer has different ones.
    public let chance: Double

    /// A reading on `cells` cells a side.
    public init(cells: Int, accuracy: Double, chance: Double) {
      self.cells = cells
      self.accuracy = accuracy
      self.chance = chance
    }
  }

  /// Relative similarity of a group of tokens, and what it is made from.
  public struct Similarity: Equatable, Sendable {
    /// The figure's value: similarity where the tokens lie at the edge over that where they do not.
    public var ratio: Double
    /// The same with pairs counted rightly (METHOD, "Token-group similarities"); nil where no
    /// provenance file has it.
    public var corrected: Double?

    /// A similarity of this ratio.
    public init(ratio: Double) { self.ratio = ratio }
  }

  /// The layer.
  public let layer: Layer
  /// Rows of tokens; nil where no array says.
  public var rows: Int?
  /// Columns of tokens; nil where no array says.
  public var columns: Int?
  /// By size of the grid, the coarsest first.
  public var position: [Position] = []
  /// Accuracy on 8 cells of the untrained control in the same layer.
  public var untrained: Double?
  /// Among the corner tokens.
  public var corner: Similarity?
  /// Among the tokens along the border.
  public var border: Similarity?
  /// Norms of the layer's tokens.
  public var norms: NormFindings?
  /// Mean norm of labelled patches relative to their image's mean, over labels.
  public var labelledNorm: Double?
  /// Its standard deviation.
  public var labelledDeviation: Double?

  /// A layer of which nothing is known yet.
  public init(_ layer: Layer) { self.layer = layer }

  /// Accuracy on 8 cells.
  public var coarseAccuracy: Double? { position.first?.accuracy }
}

extension LayerFindings {
  /// A measurement as a criterion sees it.
  enum Measured: Equatable {
    case value(Double)
    /// It is there but no number that could be compared.
    case noNumber
    /// The layer has no such thing, or its array is absent.
    case absent
  }

  func measured(_ criterion: Criterion) -> Measured {
    switch criterion {
    case .positionAccuracy: return number(coarseAccuracy)
    case .positionAboveUntrained:
      guard let accuracy = coarseAccuracy, let untrained else { return .absent }
      return number(accuracy - untrained)
    case .cornerSimilarity: return contrast(corner?.ratio)
    case .borderSimilarity: return contrast(border?.ratio)
    case .cornerNorm:
      if let norms, !norms.isFinite { return .noNumber }
      return contrast(norms?.cornerRatio)
    case .largestNorm:
      guard let norms else { return .absent }
      return norms.isFinite ? number(norms.largestRatio) : .noNumber
    case .anomalousImages:
      guard let norms else { return .absent }
      return norms.isFinite ? .value(norms.anomalousShare) : .noNumber
    }
  }

  private func number(_ value: Double?) -> Measured {
    guard let value else { return .absent }
    return value.isFinite ? .value(value) : .noNumber
  }

  /// How far `ratio` is from 1, as a factor of at least 1.
  private func contrast(_ ratio: Double?) -> Measured {
    guard let ratio else { return .absent }
    return ratio.isFinite && ratio > 0 ? .value(max(ratio, 1 / ratio)) : .noNumber
  }
}
