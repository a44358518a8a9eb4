/// Automatic candidates for marks, from norms alone.
public enum Candidates {
  /// For every image the patches that stand out, strongest first.
  ///
  /// A patch is a candidate where its mean norm lies `deviations` standard deviations above the mean
  /// of the image's patches, and none of its four neighbours on the patch grid is larger.
  ///
  /// - Parameters:
  ///   - patch: tokens a side, and the grid's step.
  ///   - deviations: the threshold; with 4, few patches of an ordinary image pass.
  public static func find(
    in maps: NormMaps, patch: Int, deviations: Double = 4
  ) -> [[Patch]] {
    (0..<maps.count).map { image in
      let scores = means(Array(maps[image]), maps, patch)
      let columns = scores[0].count
      let all = scores.joined().map { Double($0) }
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      let threshold = mean + deviations * variance.squareRoot()
      var found: [(patch: Patch, score: Float)] = []
      for row in scores.indices {
        for column in 0..<columns {
          let own = scores[row][column]
          guard variance > 0, Double(own) >= threshold else { continue }
          let isBeaten = [(-1, 0), (1, 0), (0, -1), (0, 1)].contains { step in
            let (x, y) = (column + step.0, row + step.1)
            return scores.indices.contains(y) && (0..<columns).contains(x) && scores[y][x] > own
          }
          if !isBeaten { found.append((Patch(x: column * patch, y: row * patch), own)) }
        }
      }
      return found.sorted { ($1.score, $0.patch) < ($0.score, $1.patch) }.map(\.patch)
    }
  }

  /// The mean norm of every patch: rows of columns; patches are cut at the map's edge.
  private static func means(_ norms: [Float], _ maps: NormMaps, _ patch: Int) -> [[Float]] {
    stride(from: 0, to: maps.height, by: patch).map { top in
      stride(from: 0, to: maps.width, by: patch).map { left in
        var sum: Float = 0
        var count: Float = 0
        for y in top..<min(maps.height, top + patch) {
          for x in left..<min(maps.width, left + patch) {
            sum += norms[y * maps.width + x]
            count += 1
          }
        }
        return sum / count
      }
    }
  }
}
