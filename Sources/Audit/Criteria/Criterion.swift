/// One measure of a layer that has an upper limit.
///
/// Its raw value is its key in a criteria file and in `audit.json`;
/// docs/AUDIT.md lists them with their defaults and the reasons.
public enum Criterion: String, CaseIterable, Sendable {
  /// Share of tokens whose row and column a linear probe puts into the right one of 8 cells.
  case positionAccuracy = "position-accuracy"
  /// The same, minus that of `mini-untrained` in the same layer.
  case positionAboveUntrained = "position-above-untrained"
  /// How far the relative similarity of corner tokens is from 1, in either direction, as a factor.
  case cornerSimilarity = "corner-similarity"
  /// The same of border tokens.
  case borderSimilarity = "border-similarity"
  /// How far the mean norm of corner tokens is from that of inner tokens, as a factor.
  case cornerNorm = "corner-norm"
  /// The largest norm of a token as a multiple of its image's median.
  case largestNorm = "largest-norm"
  /// The share of images in which the detector marks a patch of anomalous norm.
  case anomalousImages = "anomalous-images"

  /// The limit where a criteria file says nothing; nil: the criterion is off.
  public var defaultLimit: Double? {
    switch self {
    case .positionAccuracy: 0.5
    case .positionAboveUntrained: nil
    case .cornerSimilarity, .borderSimilarity: 1.25
    case .cornerNorm: 1.5
    case .largestNorm: 4
    case .anomalousImages: 0.02
    }
  }

  /// The limits that a file may give.
  public var range: ClosedRange<Double> {
    switch self {
    case .positionAccuracy, .anomalousImages: 0...1
    case .positionAboveUntrained: -1...1
    case .cornerSimilarity, .borderSimilarity, .cornerNorm, .largestNorm: 1...1e6
    }
  }

  /// What a reader sees, a few words.
  public var title: String {
    switch self {
    case .positionAccuracy: "position readable"
    case .positionAboveUntrained: "position, above untrained"
    case .cornerSimilarity: "corner similarity"
    case .borderSimilarity: "border similarity"
    case .cornerNorm: "corner norm"
    case .largestNorm: "largest norm"
    case .anomalousImages: "images with anomalies"
    }
  }

  /// What is measured, one sentence.
  public var meaning: String {
    switch self {
    case .positionAccuracy:
      "How often a linear probe puts a token’s row and column into the right one of 8 cells, on images it was not trained on."
    case .positionAboveUntrained:
      "The same, minus the share that a probe reads from the untrained control in the same layer."
    case .cornerSimilarity:
      "How far the similarity among corner tokens is from that of the same places away from the corner, as a factor in either direction."
    case .borderSimilarity:
      "The same for the tokens along the border."
    case .cornerNorm:
      "How far the mean norm of the four corner tokens is from that of the inner tokens, as a factor in either direction."
    case .largestNorm:
      "The largest norm of a token, as a multiple of the median norm in its image; the worst image counts."
    case .anomalousImages:
      "The share of images in which the detector marks at least one 2×2 patch of anomalous norm."
    }
  }

  /// Why the default limit is what it is, one sentence.
  public var reason: String {
    switch self {
    case .positionAccuracy:
      "Chance is 12.5 %; above one half a single token tells its place more often than not."
    case .positionAboveUntrained:
      "Off: the control is a small network, so the difference mixes training with size."
    case .cornerSimilarity, .borderSimilarity:
      "In the paper’s arrays for SD-1.5 border tokens stay within this factor in 43 of 44 layers, corner tokens leave it in 26."
    case .cornerNorm:
      "Half as much again is more than image content does at corners in most layers."
    case .largestNorm:
      "Patches that people labelled as anomalies are mostly above twice their image’s mean; this leaves room for ordinary heavy tails."
    case .anomalousImages:
      "One image in fifty; with fewer than fifty images that means none."
    }
  }

  /// `value` as a reader sees it: a percentage or a factor.
  public func text(_ value: Double) -> String {
    switch self {
    case .positionAccuracy, .anomalousImages: Numbers.percent(value)
    case .positionAboveUntrained: Numbers.points(value)
    case .cornerSimilarity, .borderSimilarity, .cornerNorm, .largestNorm: Numbers.factor(value)
    }
  }
}
