/// One high-norm anomaly: the upper left token of a 2 x 2 patch in the map of `up_blocks[1]`.
package struct AnomalyLabel: Hashable, Comparable, Sendable {
  /// The image's index.
  package var image: Int
  /// The column.
  package var x: Int
  /// The row.
  package var y: Int

  /// A patch in `image` at column `x`, row `y`.
  package init(image: Int, x: Int, y: Int) {
    self.image = image
    self.x = x
    self.y = y
  }

  /// By image, then x, then y, as label files are sorted.
  package static func < (one: Self, other: Self) -> Bool {
    (one.image, one.x, one.y) < (other.image, other.x, other.y)
  }
}

/// Mean and spread of the relative norms of labelled patches in one layer.
package struct AnomalyNorms: Equatable, Sendable {
  /// The mean over labels; NaN without labels.
  package let mean: Double
  /// The population standard deviation over labels; NaN without labels.
  package let deviation: Double

  /// The statistics of one layer.
  ///
  /// - Parameters:
  ///   - labels: patches in a map `reference` tokens high, that of `up_blocks[1]`.
  ///   - map: the layer's norms in the image of this index.
  package init<Failure>(
    labels: [AnomalyLabel], reference: Int, map: (Int) throws(Failure) -> NormMap
  ) throws(Failure) {
    var relative: [Double] = []
    var current: (image: Int, map: NormMap, mean: Double)?
    for label in labels {
      if current?.image != label.image {
        let map = try map(label.image)
        current = (label.image, map, map.mean)
      }
      if let current {
        let patch = Self.patchMean(current.map, x: label.x, y: label.y, reference: reference)
        relative.append(patch / current.mean)
      }
    }
    let count = Double(relative.count)
    let mean = relative.reduce(0, +) / count
    self.mean = mean
    deviation = (relative.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  }

  /// The mean norm of a patch, scaled to the map's grid and cut at its edges.
  private static func patchMean(_ map: NormMap, x: Int, y: Int, reference: Int) -> Double {
    let scale = Double(map.height) / Double(reference)
    let side = max(1, Int(2 * scale))
    let top = Int(Double(y) * scale)
    let left = Int(Double(x) * scale)
    var sum = 0.0
    var count = 0.0
    for row in top..<min(top + side, map.height) {
      for column in left..<min(left + side, map.width) {
        sum += Double(map[row, column])
        count += 1
      }
    }
    return sum / count
  }
}
