import Experiments
import Layers
import Tensors
import Testing

/// Tokens that lie in memory: what a file of representations would hold.
private struct FixedTokens: BlockTokens {
  let side = 4
  let channels = 5
  let imageCount: Int
  let blocks = [Layer(.mid), Layer(.up(1))]

  func shape(of block: Layer) throws(ExperimentError) -> MapShape {
    MapShape(height: side, width: side, channels: channels)
  }

  func tokens(of block: Layer, image: Int) throws(ExperimentError) -> [Float] {
    RandomValues.normals(side * side * channels, seed: UInt64(image + 1))
  }
}

@Suite("Maps for single figures")
struct TokenMapsTests {
  private let tokens = FixedTokens(imageCount: 3)

  private func norm(_ token: [Float]) -> Float {
    token.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func cosine(_ one: [Float], _ other: [Float]) -> Float {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } / (norm(one) * norm(other))
  }

  /// The tokens of an image, one array each.
  private func list(_ image: Int) throws -> [[Float]] {
    let values = try tokens.tokens(of: Layer(.mid), image: image)
    return stride(from: 0, to: values.count, by: 5).map { Array(values[$0..<$0 + 5]) }
  }

  @Test("The scatter finds the most similar token of all other images, pair by pair")
  func scatter() throws {
    let arrays = try TokenMaps(tokens, shown: [0]).normScatter(Layer(.up(1)), seed: 42)
    let pairs = try #require(arrays.first { $0.key == "tokens" }?.value)
    #expect(pairs.shape == [48, 2])
    let found = pairs.floats()
    let all = try (0..<3).map { try list($0) }
    for image in 0..<3 {
      let largest = all[image].map(norm).max() ?? 1
      for (place, token) in all[image].enumerated() {
        var best: (similarity: Float, norm: Float) = (-2, 0)
        for other in 0..<3 where other != image {
          let most = all[other].map(norm).max() ?? 1
          for candidate in all[other] where cosine(token, candidate) > best.similarity {
            best = (cosine(token, candidate), norm(candidate) / most)
          }
        }
        // Half a unit in the last place of float16 below 1.
        expectClose(found[2 * (16 * image + place)], norm(token) / largest, within: 5e-4)
        expectClose(found[2 * (16 * image + place) + 1], best.norm, within: 5e-4)
      }
    }
    let largest = try #require(arrays.first { $0.key == "largest" }?.value)
    #expect(largest.shape == [3, 2])
    let own = stride(from: 0, to: 6, by: 2).map { largest.floats()[$0] }
    #expect(own == [1, 1, 1])
  }

  @Test("One image has no match elsewhere")
  func lonely() throws {
    let one = TokenMaps(FixedTokens(imageCount: 1), shown: [0])
    #expect(try one.normScatter(Layer(.up(1)), seed: 42).isEmpty)
  }

  @Test("Similarities are to the chosen token of the chosen image")
  func reference() throws {
    var token = ReferenceToken()
    (token.image, token.column, token.row, token.side) = (2, 3, 1, 4)
    let arrays = try TokenMaps(tokens, shown: [1, 2]).similarityGrids(token)
    #expect(arrays[0].value.int64s() == [1, 3, 1, 4])
    let map = try #require(arrays.first { $0.key == "mid_block" }?.value).floats()
    let own = try list(2)[1 * 4 + 3]
    for (place, other) in try list(1).enumerated() {
      expectClose(map[place], cosine(own, other), within: 1e-3)
    }
    expectClose(map[16 + 7], 1, within: 1e-3)
  }

  @Test("k-means finds clusters that lie apart, the largest first")
  func clusters() {
    var values: [Float] = []
    var expected: [Int] = []
    for cluster in 0..<6 {
      for member in 0..<(40 - 5 * cluster) {
        let noise = RandomValues.normals(16, seed: UInt64(100 * cluster + member))
        var token = noise.prefix(4).map { $0 / 10 }
        token[cluster % 4] += cluster < 4 ? 10 : -10
        values += token
        expected.append(cluster)
      }
    }
    let found = KMeans(values, channels: 4, seed: 42)
    #expect(found.clusters == expected)
    #expect(found == KMeans(values, channels: 4, seed: 42))
    #expect(found.inertia < 10)
  }

  @Test("Equal tokens and fewer tokens than clusters are no trouble")
  func degenerate() {
    let equal = KMeans([Float](repeating: 1, count: 20), channels: 2, seed: 1)
    #expect(Set(equal.clusters) == [0])
    #expect(KMeans([1, 2, 3], channels: 1, seed: 1).clusters.count == 3)
    let flat = PrincipalComponents([Float](repeating: 1, count: 20), channels: 2)
    #expect(flat.projections.allSatisfy { $0 == 0 })
  }

  @Test("Principal components are directions of falling variance")
  func components() {
    // Axis-aligned: variance 9 along channel 2, 4 along 0, 1 along 1, none along 3.
    var values: [Float] = []
    for token in 0..<500 {
      let noise = RandomValues.normals(16, seed: UInt64(token))
      values += [2 * noise[0] + 5, noise[1], -3 * noise[2], 1]
    }
    let found = PrincipalComponents(values, channels: 4)
    for (direction, channel) in zip(found.directions, [2, 0, 1]) {
      #expect(direction[channel] > 0.99)
    }
    let first = stride(from: 0, to: found.projections.count, by: 3).map { found.projections[$0] }
    let mean = first.reduce(0, +) / 500
    expectClose(mean, 0, within: 1e-3)
  }
}
