/// The first three principal components of tokens: their projections onto the directions of largest
/// variance.
///
/// The directions are eigenvectors of the channels' covariance, found by orthogonal iteration in
/// double precision; each is turned so that its entry of largest magnitude is positive.
package struct PrincipalComponents: Equatable, Sendable {
  /// Components kept.
  package static let count = 3
  private static let iterations = 300

  /// [3, channels], unit vectors by falling variance; zeros where there is no variance left.
  package let directions: [[Double]]
  /// [tokens, 3]: the centred tokens along the directions.
  package let projections: [Float]

  /// The components of tokens of `channels` finite values each.
  package init(_ values: [Float], channels: Int) {
    let tokens = values.count / max(1, channels)
    var mean = [Double](repeating: 0, count: channels)
    for (place, value) in values.enumerated() {
      mean[place % channels] += Double(value)
    }
    // Divided last, so that equal tokens have their own value as mean.
    for channel in mean.indices { mean[channel] /= Double(max(1, tokens)) }
    let covariance = Self.covariance(values, mean, channels)
    let directions = Self.eigenvectors(covariance, channels)
    var projections: [Float] = []
    projections.reserveCapacity(Self.count * tokens)
    for token in 0..<tokens {
      for direction in directions {
        var sum = 0.0
        for channel in 0..<channels {
          sum += (Double(values[token * channels + channel]) - mean[channel]) * direction[channel]
        }
        projections.append(Float(sum))
      }
    }
    self.directions = directions
    self.projections = projections
  }

  /// [channels * channels], of about 8,000 evenly spread tokens at most: enough for three directions.
  private static func covariance(
    _ values: [Float], _ mean: [Double], _ channels: Int
  ) -> [Double] {
    let tokens = values.count / max(1, channels)
    let step = max(1, tokens / 8_000)
    var sums = [Double](repeating: 0, count: channels * channels)
    var centred = mean
    for token in stride(from: 0, to: tokens, by: step) {
      for channel in 0..<channels {
        centred[channel] = Double(values[token * channels + channel]) - mean[channel]
      }
      sums.withUnsafeMutableBufferPointer { sums in
        centred.withUnsafeBufferPointer { centred in
          for row in 0..<channels {
            let (factor, start) = (centred[row], row * channels)
            for column in 0..<channels { sums[start + column] += factor * centred[column] }
          }
        }
      }
    }
    return sums
  }

  private static func eigenvectors(_ matrix: [Double], _ channels: Int) -> [[Double]] {
    let zero = [Double](repeating: 0, count: channels)
    // Started from the columns of largest variance: never at right angles to all that is sought.
    let order = (0..<channels).sorted { first, second in
      let (a, b) = (matrix[first * (channels + 1)], matrix[second * (channels + 1)])
      return (b, first) < (a, second)
    }
    var vectors = (0..<count).map { place -> [Double] in
      guard place < channels else { return zero }
      return Array(matrix[order[place] * channels..<(order[place] + 1) * channels])
    }
    orthonormalise(&vectors)
    for _ in 0..<iterations {
      let before = vectors
      vectors = vectors.map { vector in
        (0..<channels).map { row in
          var sum = 0.0
          for column in 0..<channels { sum += matrix[row * channels + column] * vector[column] }
          return sum
        }
      }
      orthonormalise(&vectors)
      let change = zip(vectors, before).map { 1 - abs(dot($0, $1)) }.max() ?? 0
      if change < 1e-14 { break }
    }
    return vectors.map { vector in
      let most = vector.max { abs($0) < abs($1) } ?? 0
      return most < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Gram and Schmidt's; a vector without a part of its own becomes zero.
  private static func orthonormalise(_ vectors: inout [[Double]]) {
    for place in vectors.indices {
      let length = dot(vectors[place], vectors[place]).squareRoot()
      for other in vectors[..<place] {
        let share = dot(vectors[place], other)
        for channel in other.indices { vectors[place][channel] -= share * other[channel] }
      }
      let rest = dot(vectors[place], vectors[place]).squareRoot()
      let scale = rest > 1e-12 * length && rest > 0 ? 1 / rest : 0
      vectors[place] = vectors[place].map { $0 * scale }
    }
  }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
