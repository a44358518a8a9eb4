/// Mean similarities between groups of tokens, [3, 3] over corner, border and other.
package enum GroupSimilarities {
  /// The values as published, in float32: pairs and tokens counted in the whole n x n map, although
  /// the sums are over (n - 2) x (n - 2) tokens.
  ///
  /// Groups without tokens give NaN, infinite or negative values, as they do in the original.
  package static func published(_ sums: GroupSums, side: Int) -> [Float] {
    let inner = max(0, side - 2)
    return means(sums, sizes: [4, 4 * inner, inner * inner])
  }

  /// The means over the pairs that are there: n - 2 tokens a side, and no token with itself.
  ///
  /// NaN where a group has no pairs.
  package static func corrected(_ sums: GroupSums, side: Int) -> [Float] {
    let size = side - 2
    if size <= 1 { return [Float](repeating: .nan, count: 9) }
    let inner = size - 2
    let sizes = [4, 4 * inner, inner * inner]
    return zip(means(sums, sizes: sizes), 0..<9).map { mean, place in
      let (first, second) = (place / 3, place % 3)
      let pairs = sizes[first] * (first == second ? sizes[first] - 1 : sizes[second])
      return pairs > 0 ? mean : .nan
    }
  }

  private static func means(_ sums: GroupSums, sizes: [Int]) -> [Float] {
    var result: [Float] = []
    for first in 0..<3 {
      for second in 0..<3 {
        let count = Double(sizes[first] * sizes[second] * sums.images)
        let own = first == second ? Double(sizes[first] * sums.images) : 0
        result.append(Float((sums.values[3 * first + second] - own) / (count - own)))
      }
    }
    return result
  }
}
