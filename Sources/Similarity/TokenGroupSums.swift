public import Kernels

/// A part of a square map of tokens.
public enum TokenGroup: Int, Sendable {
  /// The four corner tokens.
  case corner = 0
  /// The four sides without the corners.
  case border = 1
  /// The inside.
  case other = 2

  /// The group of a token of a `height` x `width` map.
  public static func of(row: Int, column: Int, height: Int, width: Int) -> TokenGroup {
    let onRow = row == 0 || row == height - 1
    let onColumn = column == 0 || column == width - 1
    if onRow && onColumn { return .corner }
    return onRow || onColumn ? .border : .other
  }

  /// The number of tokens of this group in a map of n x n tokens, by the formula for n >= 2.
  public func size(side n: Int) -> Int {
    switch self {
    case .corner: 4
    case .border: 4 * (n - 2)
    case .other: (n - 2) * (n - 2)
    }
  }
}

/// Sums over images of all cosine similarities between the tokens of two groups.
///
/// The sum of the similarities of all pairs from groups i and j is the product of the groups' sums
/// of unit vectors: no map of pairs is ever made.
public struct TokenGroupSums: Sendable {
  /// Row by row the 3 x 3 sums over corner, border, other.
  public private(set) var sums = [Double](repeating: 0, count: 9)
  /// How many maps were added.
  public private(set) var images = 0

  /// No maps yet.
  public init() {}

  /// Sums that were kept from earlier, to go on with.
  public init(sums: [Double], images: Int) {
    precondition(sums.count == 9)
    self.sums = sums
    self.images = images
  }

  /// Adds one image's map; a token of norm 0 makes its groups' sums NaN, as published.
  public mutating func add(_ map: FeatureMap) {
    let channels = map.channels
    var unitSums = [Double](repeating: 0, count: 3 * channels)
    let norms = tokenNorms(map)
    map.withValues { values in
      for row in 0..<map.height {
        for column in 0..<map.width {
          let group = TokenGroup.of(row: row, column: column, height: map.height, width: map.width)
          let token = row * map.width + column
          let factor = 1 / Double(norms[token])
          let start = group.rawValue * channels
          for channel in 0..<channels {
            unitSums[start + channel] += Double(values[token * channels + channel]) * factor
          }
        }
      }
    }
    for first in 0..<3 {
      for second in 0..<3 {
        var product = 0.0
        for channel in 0..<channels {
          product += unitSums[first * channels + channel] * unitSums[second * channels + channel]
        }
        sums[3 * first + second] += product
      }
    }
    images += 1
  }

  /// The mean similarities (sum - self) / (count - self), row by row, as float32.
  ///
  /// - Parameter side: The side that tokens are counted by. The maps' own side is right; published
  ///   numbers count by the side of the whole map, which is larger by 2.
  public func means(countedBySide side: Int) -> [Float] {
    let groups: [TokenGroup] = [.corner, .border, .other]
    var means: [Float] = []
    for first in groups {
      for second in groups {
        let count = Double(images * first.size(side: side) * second.size(side: side))
        let own = first == second ? Double(images * first.size(side: side)) : 0
        means.append(Float((sums[3 * first.rawValue + second.rawValue] - own) / (count - own)))
      }
    }
    return means
  }
}
