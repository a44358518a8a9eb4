public import Kernels

/// A representation with what every similarity measure needs of it, computed once.
public struct Tokens: Sendable {
  /// The representation, `[height * width, channels]`.
  public let map: FeatureMap
  /// The Euclidean norm of every token.
  public let norms: [Float]
  /// The mean over the tokens of every channel.
  public let channelMeans: [Float]

  /// Prepares a representation, which must have at least one token.
  public init(_ map: FeatureMap) {
    precondition(map.count > 0)
    self.map = map
    norms = tokenNorms(map)
    channelMeans = Self.means(map)
  }

  /// Sums of few tokens at a time, so that rounding does not grow with the map.
  private static func means(_ map: FeatureMap) -> [Float] {
    let channels = map.channels
    var totals = [Double](repeating: 0, count: channels)
    var sums = [Float](repeating: 0, count: channels)
    map.withValues { values in
      for first in stride(from: 0, to: map.tokens, by: 64) {
        for channel in 0..<channels { sums[channel] = 0 }
        for token in first..<min(first + 64, map.tokens) {
          for channel in 0..<channels { sums[channel] += values[token * channels + channel] }
        }
        for channel in 0..<channels { totals[channel] += Double(sums[channel]) }
      }
    }
    return totals.map { Float($0 / Double(map.tokens)) }
  }
}

/// The Euclidean norm of every token of a representation.
public func tokenNorms(_ map: FeatureMap) -> [Float] {
  map.withValues { values in
    guard let start = values.baseAddress else { return [] }
    return (0..<map.tokens).map { token in
      let place = start + token * map.channels
      return innerProduct(place, place, map.channels).squareRoot()
    }
  }
}
