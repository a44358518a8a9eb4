public import Kernels

/// How the explorer compares tokens; formulas in docs/METHOD.md, "The explorer".
public enum SimilarityMeasure: Equatable, Sendable {
  /// a · b / (|a| |b| + 1e-10).
  case cosine
  /// The cosine of a - m and b - m, m the mean of the two representations' channel means.
  case centredCosine
  /// a · b over the largest |a · b| of the map.
  case dotProduct
  /// 1 - the sum of |a - b| over the largest of the map.
  case manhattan
  /// 1 - |a - b| over the largest of the map.
  case euclidean
  /// 1 - the largest |a_i - b_i| over the largest of the map.
  case chebyshev
  /// |b| - |a| over the largest magnitude of that in the map.
  case relativeNorm

  /// All measures, in the order of the explorer's menu.
  public static let all: [SimilarityMeasure] = [
    .cosine, .centredCosine, .dotProduct, .manhattan, .euclidean, .chebyshev, .relativeNorm,
  ]

  /// The similarity of every token of `other` to one token of `reference`, in float32.
  ///
  /// - Parameters:
  ///   - other: The representation whose tokens are compared.
  ///   - reference: The representation of the reference token; may be the same.
  ///   - token: The place of the reference token, row by row.
  /// - Returns: One value a token of `other`, never NaN for finite input: where all distances of a
  ///   map are 0, all similarities are 1.
  public func similarities(of other: Tokens, to reference: Tokens, token: Int) -> [Float] {
    let channels = other.map.channels
    precondition(reference.map.channels == channels)
    precondition(token >= 0 && token < reference.map.tokens)
    let norm = reference.norms[token]
    return reference.map.withValues { references in
      other.map.withValues { others in
        guard let start = others.baseAddress, let first = references.baseAddress else { return [] }
        let a = first + token * channels
        switch self {
        case .cosine:
          return other.perToken { index in
            innerProduct(a, start + index * channels, channels)
              / (norm * other.norms[index] + 1e-10)
          }
        case .centredCosine:
          return centredCosines(a, start, other, reference)
        case .dotProduct:
          let products = other.perToken { innerProduct(a, start + $0 * channels, channels) }
          let divisor = largestMagnitude(products) + 1e-10
          return products.map { $0 / divisor }
        case .manhattan:
          return closeness(other.perToken { sumOfDifferences(a, start + $0 * channels, channels) })
        case .euclidean:
          return closeness(
            other.perToken { squaredDistance(a, start + $0 * channels, channels).squareRoot() })
        case .chebyshev:
          return closeness(other.perToken { largestDifference(a, start + $0 * channels, channels) })
        case .relativeNorm:
          let differences = other.norms.map { $0 - norm }
          let divisor = largestMagnitude(differences) + 1e-10
          return differences.map { $0 / divisor }
        }
      }
    }
  }

  private func centredCosines(
    _ a: UnsafePointer<Float>, _ start: UnsafePointer<Float>, _ other: Tokens, _ reference: Tokens
  ) -> [Float] {
    let channels = other.map.channels
    var mean = [Float](repeating: 0, count: channels)
    for channel in 0..<channels {
      mean[channel] = (other.channelMeans[channel] + reference.channelMeans[channel]) * 0.5
    }
    var centredA = [Float](repeating: 0, count: channels)
    for channel in 0..<channels { centredA[channel] = a[channel] - mean[channel] }
    var centredB = centredA
    return mean.withUnsafeBufferPointer { mean in
      centredA.withUnsafeBufferPointer { centredA in
        centredB.withUnsafeMutableBufferPointer { centredB in
          guard let mean = mean.baseAddress, let a = centredA.baseAddress,
            let b = centredB.baseAddress
          else { return [] }
          let normA = innerProduct(a, a, channels).squareRoot()
          return other.perToken { index in
            let token = start + index * channels
            for channel in 0..<channels { b[channel] = token[channel] - mean[channel] }
            let normB = innerProduct(b, b, channels).squareRoot()
            return innerProduct(a, b, channels) / (normA * normB + 1e-10)
          }
        }
      }
    }
  }
}

extension Tokens {
  /// One value a token.
  @inline(__always)
  fileprivate func perToken(_ value: (Int) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: map.tokens) { values, count in
      for token in 0..<map.tokens { values[token] = value(token) }
      count = map.tokens
    }
  }
}

private func largestMagnitude(_ values: [Float]) -> Float {
  var largest: Float = 0
  for value in values where value.magnitude > largest { largest = value.magnitude }
  return largest
}

/// 1 - d over the largest d; all 1 where every d is 0.
private func closeness(_ distances: [Float]) -> [Float] {
  let largest = largestMagnitude(distances)
  guard largest > 0 else { return distances.map { _ in 1 } }
  return distances.map { 1 - $0 / largest }
}
