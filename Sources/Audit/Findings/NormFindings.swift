package import Experiments

/// Statistics of the token norms of one layer over all images.
public struct NormFindings: Equatable, Sendable {
  /// The number of images.
  public let images: Int
  /// Whether every norm is a finite number.
  public let isFinite: Bool
  /// The smallest norm of all.
  public private(set) var smallest = 0.0
  /// The median over images of their median.
  public private(set) var median = 0.0
  /// The mean of all.
  public private(set) var mean = 0.0
  /// The largest of all.
  public private(set) var largest = 0.0
  /// The largest norm over its image's median, in the image where that is largest.
  public private(set) var largestRatio = 0.0
  /// The image where it is.
  public private(set) var largestImage = 0
  /// The mean over images of (mean norm of corners) / (mean norm of inner tokens); nil without both.
  public private(set) var cornerRatio: Double?
  /// The same of the tokens along the border.
  public private(set) var borderRatio: Double?
  /// Tokens above the detector's threshold.
  public private(set) var outliers = 0
  /// The 2x2 patches that the detector marks.
  package private(set) var patches: [AnomalyLabel] = []

  /// The images with a patch.
  package var anomalousImages: Set<Int> { Set(patches.map(\.image)) }
  /// Their share of all images.
  public var anomalousShare: Double {
    images == 0 ? 0 : Double(anomalousImages.count) / Double(images)
  }

  /// The statistics of `maps`, one an image.
  package init(_ maps: [NormMap], detector: AnomalyDetector = AnomalyDetector()) {
    images = maps.count
    isFinite = maps.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    guard isFinite, let first = maps.first, !first.values.isEmpty else { return }
    (smallest, largest) = (.infinity, -.infinity)
    var (medians, sum, count) = ([Double](), 0.0, 0.0)
    var ratios: (corner: [Double], border: [Double]) = ([], [])
    for (image, map) in maps.enumerated() {
      let middle = map.median
      medians.append(middle)
      smallest = min(smallest, Double(map.values.min() ?? 0))
      let top = Double(map.values.max() ?? 0)
      largest = max(largest, top)
      if middle > 0, top / middle > largestRatio {
        (largestRatio, largestImage) = (top / middle, image)
      }
      sum += map.mean * Double(map.values.count)
      count += Double(map.values.count)
      let groups = EdgeNorms(map)
      if let inner = groups.inner, inner > 0 {
        if let corner = groups.corner { ratios.corner.append(corner / inner) }
        if let border = groups.border { ratios.border.append(border / inner) }
      }
      if let threshold = detector.threshold(of: map) {
        outliers += map.values.count { $0 > threshold }
      }
      patches += detector.detect(map, image: image)
    }
    medians.sort()
    median = medians[medians.count / 2]
    mean = sum / count
    cornerRatio = Self.mean(ratios.corner)
    borderRatio = Self.mean(ratios.border)
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// Mean norms of an image's corner, border and inner tokens; nil for a group without tokens.
struct EdgeNorms {
  private(set) var corner: Double?
  private(set) var border: Double?
  private(set) var inner: Double?

  init(_ map: NormMap) {
    guard map.height > 1, map.width > 1 else { return }
    var sums = [0.0, 0.0, 0.0]
    var counts = [0.0, 0.0, 0.0]
    for row in 0..<map.height {
      let isEnd = row == 0 || row == map.height - 1
      for column in 0..<map.width {
        let isSide = column == 0 || column == map.width - 1
        let group = isEnd && isSide ? 0 : isEnd || isSide ? 1 : 2
        sums[group] += Double(map[row, column])
        counts[group] += 1
      }
    }
    let means = zip(sums, counts).map { $1 > 0 ? $0 / $1 : nil }
    (corner, border, inner) = (means[0], means[1], means[2])
  }
}
