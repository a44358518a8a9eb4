import CKernels

/// Sums of the cosine similarities between groups of tokens, over all images added so far.
///
/// The groups are the 4 corners, the 4 sides without corners, and the inside, in this order. The
/// sum over pairs is the dot product of the groups' sums of unit vectors, so no map of
/// similarities ever exists.
package struct GroupSums: Equatable, Sendable {
  /// [3, 3], corner, border, other; a token's similarity to itself included.
  package var values = [Double](repeating: 0, count: 9)
  /// Images added.
  package var images = 0

  /// Nothing added yet.
  package init() {}

  /// Sums [3, 3] over `images` images.
  package init(values: [Double], images: Int) {
    precondition(values.count == 9)
    self.values = values
    self.images = images
  }

  /// Adds the map of one image, `height` x `width` tokens, without its outermost `inset` rings.
  ///
  /// As published, a corner counts four times even where the four corners are one token. Tokens of
  /// norm 0 give NaN.
  package mutating func add(
    _ tokens: UnsafePointer<Float>, norms: UnsafePointer<Float>, height: Int, width: Int,
    channels: Int, inset: Int
  ) {
    images += 1
    let rows = inset..<height - inset
    let columns = inset..<width - inset
    guard !rows.isEmpty, !columns.isEmpty else { return }
    var sums = [Double](repeating: 0, count: 3 * channels)
    sums.withUnsafeMutableBufferPointer { sums in
      for row in rows {
        let edgeRow = (row == rows.first ? 1 : 0) + (row == rows.last ? 1 : 0)
        for column in columns {
          let edgeColumn = (column == columns.first ? 1 : 0) + (column == columns.last ? 1 : 0)
          guard let (group, weight) = Self.group(edgeRow, edgeColumn) else { continue }
          let token = row * width + column
          unetlens_add_unit_token(
            tokens + token * channels, channels, norms[token], weight,
            sums.baseAddress! + group * channels)
        }
      }
      for first in 0..<3 {
        for second in 0..<3 {
          var sum = 0.0
          for channel in 0..<channels {
            sum += sums[first * channels + channel] * sums[second * channels + channel]
          }
          values[3 * first + second] += sum
        }
      }
    }
  }

  /// Adds the sums over other images.
  package mutating func add(_ other: GroupSums) {
    for index in values.indices { values[index] += other.values[index] }
    images += other.images
  }

  /// The group of a token that lies on `row` horizontal and `column` vertical edges (2 where the
  /// map is one token high or wide), and how often it counts; nil for a token of no group, as
  /// there are in maps of one row or column.
  private static func group(_ row: Int, _ column: Int) -> (group: Int, weight: Double)? {
    if row > 0 && column > 0 { return (0, Double(row * column)) }
    if row + column > 0 { return (1, Double(row + column)) }
    return (2, 1)
  }
}
