import Foundation

/// Finds high-norm anomalies in norm maps of `up_blocks[1]` without a person's labels.
///
/// A token is an outlier when the logarithm of its norm lies far above the others of its image,
/// measured robustly: more than `deviations` times 1.4826 times the median absolute deviation above
/// the median, and its norm at least `ratio` times the median norm. An anomaly is a 2 x 2 patch,
/// aligned to even places or not, of which at least three tokens are outliers; a lone token is none.
///
/// Why these thresholds: for normally distributed log norms, 1.4826 MAD is the standard deviation;
/// 5 of them are passed by chance once in 3.5 million tokens, three in one patch practically never,
/// so noise alone gives no label in thousands of images. The ratio keeps nearly constant maps, whose
/// deviation is tiny, from giving labels; labelled patches of the published models have on average
/// two or more times their image's mean norm at this layer. Outliers that touch each other over more
/// than a fiftieth of the map (20 of 32 x 32 tokens: five patches) are no anomaly: bright regions of
/// an image have large norms too, while what the paper describes are small groups of tokens.
package struct AnomalyDetector: Sendable {
  /// Robust standard deviations above the median.
  package var deviations = 5.0
  /// The least norm as a multiple of the median norm.
  package var ratio = 1.5
  /// The largest share of the map's tokens that outliers touching each other may take.
  package var share = 0.02

  /// A detector with the default thresholds.
  package init() {}

  /// The anomalies of one image, by x, then y.
  ///
  /// Patches do not overlap: the patch of largest summed norm is taken first.
  package func detect(_ map: NormMap, image: Int) -> [AnomalyLabel] {
    guard map.height > 1, map.width > 1, let threshold = threshold(of: map) else { return [] }
    let isOutlier = smallGroups(map.values.map { $0 > threshold }, map)
    var candidates: [(sum: Float, row: Int, column: Int)] = []
    for row in 0..<map.height - 1 {
      for column in 0..<map.width - 1 {
        let corner = row * map.width + column
        let tokens = [corner, corner + 1, corner + map.width, corner + map.width + 1]
        if tokens.count(where: { isOutlier[$0] }) >= 3 {
          candidates.append((tokens.reduce(0) { $0 + map.values[$1] }, row, column))
        }
      }
    }
    candidates.sort { ($1.sum, $0.row, $0.column) < ($0.sum, $1.row, $1.column) }
    var taken = Set<Int>()
    var labels: [AnomalyLabel] = []
    for candidate in candidates {
      let corner = candidate.row * map.width + candidate.column
      let tokens = [corner, corner + 1, corner + map.width, corner + map.width + 1]
      // A patch beside one already taken is new only if it shares none of its tokens.
      if taken.isDisjoint(with: tokens) {
        taken.formUnion(tokens)
        labels.append(AnomalyLabel(image: image, x: candidate.column, y: candidate.row))
      }
    }
    return labels.sorted()
  }

  /// `outliers` without those that touch, side or corner, too many others.
  private func smallGroups(_ outliers: [Bool], _ map: NormMap) -> [Bool] {
    let most = max(4, Int(share * Double(outliers.count)))
    var kept = outliers
    var seen = outliers.map { !$0 }
    for start in outliers.indices where !seen[start] {
      var group = [start]
      var next = 0
      seen[start] = true
      while next < group.count {
        let (row, column) = (group[next] / map.width, group[next] % map.width)
        next += 1
        for y in max(0, row - 1)...min(map.height - 1, row + 1) {
          for x in max(0, column - 1)...min(map.width - 1, column + 1)
          where !seen[y * map.width + x] {
            seen[y * map.width + x] = true
            group.append(y * map.width + x)
          }
        }
      }
      if group.count > most { for token in group { kept[token] = false } }
    }
    return kept
  }

  /// The norm above which a token is an outlier; nil for a map with values that are no norms.
  package func threshold(of map: NormMap) -> Float? {
    guard map.values.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    let logs = map.values.map { log(Double($0)) }
    let middle = Self.median(logs)
    let spread = 1.4826 * Self.median(logs.map { abs($0 - middle) })
    return Float(exp(middle + max(deviations * spread, log(ratio))))
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
  }
}

/// How well found anomalies agree with labels made by a person.
package struct LabelAgreement: Equatable, Sendable {
  /// Found anomalies that are labelled.
  package let matched: Int
  /// Found anomalies in all.
  package let found: Int
  /// Labels in all.
  package let labelled: Int

  /// The share of found anomalies that are labelled; nil when none was found.
  package var precision: Double? { found == 0 ? nil : Double(matched) / Double(found) }
  /// The share of labels that were found; nil without labels.
  package var recall: Double? { labelled == 0 ? nil : Double(matched) / Double(labelled) }

  /// Matches each found patch with at most one label of the same image whose patch overlaps it,
  /// the nearest first.
  package init(found: [AnomalyLabel], labels: [AnomalyLabel]) {
    var pairs: [(distance: Int, found: Int, label: Int)] = []
    for (place, one) in found.enumerated() {
      for (other, label) in labels.enumerated() where label.image == one.image {
        let (dx, dy) = (abs(label.x - one.x), abs(label.y - one.y))
        if dx <= 1 && dy <= 1 { pairs.append((dx + dy, place, other)) }
      }
    }
    var usedFound = Set<Int>()
    var usedLabels = Set<Int>()
    for pair in pairs.sorted(by: {
      ($0.distance, $0.found, $0.label) < ($1.distance, $1.found, $1.label)
    })
    where !usedFound.contains(pair.found) && !usedLabels.contains(pair.label) {
      usedFound.insert(pair.found)
      usedLabels.insert(pair.label)
    }
    matched = usedFound.count
    self.found = found.count
    labelled = labels.count
  }
}
