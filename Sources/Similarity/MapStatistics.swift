/// What the explorer says about a map of similarities.
public struct MapStatistics: Equatable, Sendable {
  /// The mean.
  public let mean: Float
  /// The population standard deviation: the mean square is over n, not n - 1.
  public let deviation: Float
  /// The place of the largest value, the first of several: the best match.
  public let bestMatch: Int

  /// The statistics of a map of at least one value.
  public init(_ values: [Float]) {
    precondition(!values.isEmpty)
    var sum = 0.0
    var best = 0
    for (index, value) in values.enumerated() {
      sum += Double(value)
      if value > values[best] || (values[best].isNaN && !value.isNaN) { best = index }
    }
    let mean = sum / Double(values.count)
    var squares = 0.0
    for value in values { squares += (Double(value) - mean) * (Double(value) - mean) }
    self.mean = Float(mean)
    deviation = Float((squares / Double(values.count)).squareRoot())
    bestMatch = best
  }
}
