internal import Experiments

/// Automatic candidates for marks.
public enum Candidates {
  /// For every image the detector's anomalies, moved to the patches that a click can mark.
  ///
  /// The detector knows patches at any place; each becomes the patch of the grid it overlaps whose
  /// summed norm is largest.
  ///
  /// - Parameters:
  ///   - maps: the norms.
  ///   - patch: tokens a side, and the grid's step.
  public static func find(in maps: NormMaps, patch: Int) -> [[Patch]] {
    let detector = AnomalyDetector()
    return (0..<maps.count).map { image in
      let map = NormMap(height: maps.height, width: maps.width, values: Array(maps[image]))
      var found: [Patch] = []
      for label in detector.detect(map, image: image) {
        let near = overlapped(by: Patch(x: label.x, y: label.y), patch)
        let best = near.map { (patch: $0, sum: sum(of: $0, patch, in: map)) }
          .max { ($0.sum, $1.patch) < ($1.sum, $0.patch) }
        if let best, !found.contains(best.patch) { found.append(best.patch) }
      }
      return found.sorted()
    }
  }

  /// The patches of the grid that share a token with the 2 x 2 tokens at `corner`.
  private static func overlapped(by corner: Patch, _ step: Int) -> [Patch] {
    var found: Set<Patch> = []
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
      let (x, y) = (corner.x + dx, corner.y + dy)
      found.insert(Patch(x: x - x % step, y: y - y % step))
    }
    return found.sorted()
  }

  /// The norms of a patch's tokens together; cut at the map's edge.
  private static func sum(of patch: Patch, _ side: Int, in map: NormMap) -> Float {
    var sum: Float = 0
    for y in patch.y..<min(map.height, patch.y + side) {
      for x in patch.x..<min(map.width, patch.x + side) { sum += map[y, x] }
    }
    return sum
  }
}
