import Experiments
import Testing

@Suite("Token-group similarities")
struct GroupSimilarityTests {
  private static let channels = 7

  /// The group of a token in a map of `side` x `side`: 0 corner, 1 border, 2 other.
  private static func group(_ token: Int, _ side: Int) -> Int {
    let edges = [token / side, token % side].count { $0 == 0 || $0 == side - 1 }
    return 2 - edges
  }

  private static func cosine(_ values: [Float], _ one: Int, _ other: Int) -> Double {
    var (dot, first, second) = (0.0, 0.0, 0.0)
    for channel in 0..<channels {
      let (a, b) = (
        Double(values[one * channels + channel]), Double(values[other * channels + channel])
      )
      dot += a * b
      first += a * a
      second += b * b
    }
    return dot / (first * second).squareRoot()
  }

  private static func sums(_ maps: [[Float]], side: Int, inset: Int) -> GroupSums {
    var sums = GroupSums()
    for map in maps {
      let norms = (0..<side * side).map { token in
        map[token * channels..<(token + 1) * channels].reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
      sums.add(map, norms: norms, height: side, width: side, channels: channels, inset: inset)
    }
    return sums
  }

  @Test("Corrected values are the means over all pairs", arguments: [3, 4, 5, 8])
  func bruteForce(inner: Int) {
    let maps = (0..<3).map {
      RandomValues.normals(inner * inner * Self.channels, seed: UInt64($0))
    }
    let found = GroupSimilarities.corrected(
      Self.sums(maps, side: inner, inset: 0), side: inner + 2)
    for first in 0..<3 {
      for second in 0..<3 {
        var (sum, count) = (0.0, 0.0)
        for map in maps {
          for one in 0..<inner * inner where Self.group(one, inner) == first {
            for other in 0..<inner * inner
            where Self.group(other, inner) == second && one != other {
              sum += Self.cosine(map, one, other)
              count += 1
            }
          }
        }
        let value = found[3 * first + second]
        if count == 0 {
          #expect(value.isNaN)
        } else {
          // Norms are rounded to float32, sums are kept in float64.
          expectClose(value, Float(sum / count), within: 1e-6)
        }
      }
    }
  }

  @Test("Published values count pairs and tokens of the whole map")
  func published() {
    let side = 8
    let inner = side - 2
    let maps = [RandomValues.normals(side * side * Self.channels, seed: 5)]
    let sums = Self.sums(maps, side: side, inset: 1)
    let found = GroupSimilarities.published(sums, side: side)
    let sizes = [4.0, 4.0 * Double(inner), Double(inner * inner)]
    for index in 0..<9 {
      let (first, second) = (index / 3, index % 3)
      let own = first == second ? sizes[first] : 0
      let expected = (sums.values[index] - own) / (sizes[first] * sizes[second] - own)
      expectClose(found[index], Float(expected), within: 1e-6)
    }
    let corrected = GroupSimilarities.corrected(sums, side: side)
    // Corners are the same either way: 4 tokens in both maps.
    expectClose(found[0], corrected[0], within: 1e-7)
    #expect(abs(found[4] - corrected[4]) > 1e-3)
  }

  @Test("Dropping the outermost ring equals the inner map")
  func inset() {
    let side = 6
    let map = RandomValues.normals(side * side * Self.channels, seed: 9)
    var inner: [Float] = []
    for row in 1..<side - 1 {
      inner += map[(row * side + 1) * Self.channels..<(row * side + side - 1) * Self.channels]
    }
    let whole = Self.sums([map], side: side, inset: 1)
    let cut = Self.sums([inner], side: side - 2, inset: 0)
    #expect(whole == cut)
  }

  @Test("Groups without tokens give what the original's division gives")
  func emptyGroups() {
    let tokens = RandomValues.normals(Self.channels, seed: 3)
    // n = 3: the inner map is one token, which is all four corners; no border, no inside.
    let sums = Self.sums([tokens], side: 1, inset: 0)
    let found = GroupSimilarities.published(sums, side: 3)
    expectClose(found[0], 1, within: 1e-6)
    #expect(found[1] == 0 && found[2] == 0)
    expectClose(found[4], -4 / 12, within: 1e-6)
    // One inside token by the count of n: (0 - 1) / (1 - 1).
    #expect(found[8] == -.infinity)
    let gaps = GroupSimilarities.corrected(sums, side: 3).count { $0.isNaN }
    #expect(gaps == 9)
  }

  @Test("A token of norm 0 has no direction: its groups are NaN")
  func zeroToken() {
    var map = RandomValues.normals(16 * Self.channels, seed: 4)
    for channel in 0..<Self.channels { map[channel] = 0 }
    let found = GroupSimilarities.published(
      Self.sums([map], side: 4, inset: 0), side: 6)
    #expect(found[0].isNaN && found[1].isNaN && !found[4].isNaN)
  }
}
