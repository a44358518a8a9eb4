import Experiments
import Testing

@Suite("Norm and similarity histograms")
struct PairHistogramTests {
  private static let channels = 5

  private static func tokens(_ count: Int, seed: UInt64) -> (values: [Float], PairHistogram.Tokens)
  {
    let values = RandomValues.normals(count * channels, seed: seed)
    return (values, PairHistogram.Tokens(values, count: count, channels: channels))
  }

  @Test("Counts are those of a plain loop over pairs", arguments: [(50, 70), (96, 32), (3, 600)])
  func plain(rows: Int, columns: Int) {
    let (one, first) = Self.tokens(rows, seed: 1)
    let (other, second) = Self.tokens(columns, seed: 2)
    let norms = first.norms + second.norms
    let limits = norms.min()!...norms.max()!
    var histogram = PairHistogram(limits: limits)
    histogram.add(first, second, panels: second.panels, weight: 2)
    var rowSums = [UInt64](repeating: 0, count: 100)
    var dropped: UInt64 = 0
    var negative: UInt64 = 0
    for row in 0..<rows {
      for column in 0..<columns {
        var dot = 0.0
        for channel in 0..<Self.channels {
          dot +=
            Double(one[row * Self.channels + channel])
            * Double(other[column * Self.channels + channel])
        }
        let similarity = dot / Double(first.norms[row]) / Double(second.norms[column])
        if similarity < -0.5 || similarity > 1 {
          dropped += 2
          continue
        }
        if similarity < -0.2 { negative += 2 }
        let norm = (first.norms[row] + second.norms[column]) / 2
        let place = (norm - limits.lowerBound) / (limits.upperBound - limits.lowerBound) * 100
        rowSums[99 - min(99, Int(place))] += 2
      }
    }
    #expect(histogram.dropped == dropped)
    let found = (0..<100).map { row in histogram.counts[row * 100..<(row + 1) * 100].reduce(0, +) }
    // A norm on the border of two bins may fall to either side.
    let moved = zip(found, rowSums).map { $0 > $1 ? $0 - $1 : $1 - $0 }.reduce(0, +)
    #expect(moved <= 4)
    let low = (0..<100).map { row in
      histogram.counts[row * 100..<row * 100 + 20].reduce(0, +)
    }.reduce(0, +)
    #expect(low == negative)
  }

  @Test("The highest norm comes first, similarity 1 in the last column")
  func corners() {
    let first = PairHistogram.Tokens([2, 0, 0, 4], count: 2, channels: 2)
    var histogram = PairHistogram(limits: 2...4)
    histogram.add(first, first, panels: first.panels)
    #expect(histogram.counts[99] == 1)
    #expect(histogram.counts[99 * 100 + 99] == 1)
    #expect(histogram.counts[49 * 100 + 33] == 2)
  }

  @Test("Pairs: all where maps are small, else a seeded sample")
  func pairs() {
    #expect(ImagePairs(images: 10, tokens: 256, seed: 42).pairs.count == 100)
    #expect(ImagePairs(images: 10, tokens: 4096, seed: 42).pairs.count == 25)
    #expect(ImagePairs(images: 4, tokens: 4096, seed: 42).pairs.count == 16)
    let sample = ImagePairs(images: 100, tokens: 4096, seed: 42)
    #expect(sample.pairs.count == 100)
    #expect(sample.pairs.map(\.first) == sample.pairs.map(\.first).sorted())
    let again = ImagePairs(images: 100, tokens: 4096, seed: 42)
    #expect(again.pairs.map(\.second) == sample.pairs.map(\.second))
    let other = ImagePairs(images: 100, tokens: 4096, seed: 43)
    #expect(other.pairs.map(\.second) != sample.pairs.map(\.second))
    let weights = sample.weighted.map(\.weight)
    #expect(weights.reduce(0, +) == 100)
    let ordered = sample.weighted.allSatisfy { $0.first <= $0.second }
    #expect(ordered)
  }
}
