import Kernels
import Similarity
import Testing

struct TokenGroupSumsTests {
  /// Two 4 x 4 maps.
  private var sums: TokenGroupSums {
    var sums = TokenGroupSums()
    sums.add(pattern(tokens: 16, factor: 29, offset: 3, height: 4))
    sums.add(pattern(tokens: 16, factor: 31, offset: 5, height: 4))
    return sums
  }

  // numpy, float64: all 16 x 16 cosines of each map summed by group; (sum - self) / (count - self)
  @Test(
    arguments: [
      (
        6,
        [
          -0.094_456_866, 0.034_273_542, 0.028_988_399, 0.034_273_542, -0.026_102_917,
          0.019_857_332,
          0.028_988_399, 0.019_857_332, -0.043_770_693,
        ]
      ),
      (
        4,
        [
          -0.094_456_866, 0.068_547_085, 0.115_953_594, 0.068_547_085, 0.030_987_494, 0.158_858_66,
          0.115_953_594, 0.158_858_66, 0.124_586_16,
        ]
      ),
    ] as [(Int, [Float])])
  func `means are those of all pairs, published and corrected`(
    _ side: Int, _ expected: [Float]
  ) {
    let found = sums.means(countedBySide: side)
    #expect(isClose(found, expected, within: 1e-6), "\(found)")
  }

  @Test func `sums can be kept and gone on with`() {
    var resumed = TokenGroupSums()
    resumed.add(pattern(tokens: 16, factor: 29, offset: 3, height: 4))
    resumed = TokenGroupSums(sums: resumed.sums, images: resumed.images)
    resumed.add(pattern(tokens: 16, factor: 31, offset: 5, height: 4))
    #expect(resumed.sums == sums.sums)
    #expect(resumed.images == 2)
  }

  @Test func `groups without tokens give what the division gives`() {
    var empty = TokenGroupSums()
    empty.add(pattern(tokens: 4, factor: 29, offset: 3))
    let means = empty.means(countedBySide: 2)
    // A 2 x 2 map has neither border nor inside: 0 / 0.
    #expect(means[4].isNaN && means[8].isNaN && means[1].isNaN)
    #expect(means[0].isFinite)
  }

  @Test func `groups part a map`() {
    var counts = [0, 0, 0]
    for row in 0..<5 {
      for column in 0..<5 {
        counts[TokenGroup.of(row: row, column: column, height: 5, width: 5).rawValue] += 1
      }
    }
    #expect(counts == [4, 12, 9])
    #expect([TokenGroup.corner, .border, .other].map { $0.size(side: 5) } == counts)
  }
}
