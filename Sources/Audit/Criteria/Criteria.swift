public import Layers

/// The limits that an audit judges layers by.
public struct Criteria: Equatable, Sendable {
  /// The upper limits, by criterion; one without a limit is off.
  public var limits: [Criterion: Double]
  /// The layers that are judged, in forward order.
  public var layers: [Layer]
  /// The file that they were read from, its name alone; nil for the defaults.
  public var file: String?

  /// The documented defaults: all layers.
  public init() {
    limits = [:]
    for criterion in Criterion.allCases {
      if let limit = criterion.defaultLimit { limits[criterion] = limit }
    }
    layers = Layer.experiments
  }

  /// The criteria that have a limit, in their order.
  public var active: [Criterion] { Criterion.allCases.filter { limits[$0] != nil } }
}

/// A criterion applied to a layer.
public struct Judgement: Equatable, Sendable {
  /// The criterion.
  public let criterion: Criterion
  /// What was measured; nil where there is nothing to measure, or it is no number.
  public let value: Double?
  /// The upper limit.
  public let limit: Double
  /// Whether the value is within the limit; nil where the criterion does not apply to the layer.
  public let holds: Bool?
}

extension Criteria {
  /// Every active criterion applied to a layer.
  ///
  /// A value that is there but no number (a norm that overflowed, similarities of opposite sign)
  /// does not hold.
  public func judge(_ layer: LayerFindings) -> [Judgement] {
    active.map { criterion in
      let limit = limits[criterion] ?? .infinity
      switch layer.measured(criterion) {
      case .absent:
        return Judgement(criterion: criterion, value: nil, limit: limit, holds: nil)
      case .noNumber:
        return Judgement(criterion: criterion, value: nil, limit: limit, holds: false)
      case .value(let value):
        return Judgement(criterion: criterion, value: value, limit: limit, holds: value <= limit)
      }
    }
  }
}
