import Kernels
import Similarity
import Testing

/// `(((i * factor + offset) % 101 - 50) / 16)` over a 2 x (tokens / 2) map of 21 channels: exact in
/// float32, and not a multiple of any SIMD width.
func pattern(tokens: Int, factor: Int, offset: Int, height: Int = 2) -> FeatureMap {
  let values = (0..<tokens * 21).map { Float(($0 * factor + offset) % 101 - 50) / 16 }
  return FeatureMap(height: height, width: tokens / height, channels: 21, values: values)
}

func isClose(_ found: [Float], _ expected: [Float], within tolerance: Float) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { ($0 - $1).magnitude <= tolerance }
}

struct SimilarityMeasureTests {
  let reference = Tokens(pattern(tokens: 6, factor: 37, offset: 0))
  let other = Tokens(pattern(tokens: 6, factor: 53, offset: 7))

  // numpy, with A, B the two patterns, a = A[4], m = (A.mean(0) + B.mean(0)) / 2, float32:
  // B@a/(|B||a|+1e-10); the same of B-m, a-m; B@a/(abs(B@a).max()+1e-10);
  // 1-d/d.max() for abs(B-a).sum(1), norm(B-a, axis=1), abs(B-a).max(1);
  // (|B|-|a|)/(abs(|B|-|a|).max()+1e-10)
  @Test(
    arguments: [
      (
        SimilarityMeasure.cosine,
        [
          -0.383_238_52, -0.110_004_43, -0.112_900_41, 0.012_031_184, 0.009_314_593,
          0.006_549_220_5,
        ]
      ),
      (
        .centredCosine,
        [-0.583_069_2, -0.443_964_93, -0.447_914_78, -0.225_513_43, -0.229_960_01, -0.231_737_46]
      ),
      (
        .dotProduct,
        [-1, -0.286_122_2, -0.293_261, 0.031_267_848, 0.024_129_068, 0.016_990_291]
      ),
      (
        .manhattan,
        [0, 0.114_186_82, 0.111_880_064, 0.163_783_13, 0.163_783_13, 0.161_476_37]
      ),
      (
        .euclidean,
        [0, 0.105_599_34, 0.105_024_576, 0.156_525_61, 0.156_713_25, 0.154_932_68]
      ),
      (.chebyshev, [0, 0.25, 0.230_000_02, 0.209_999_98, 0.19, 0.170_000_02]),
      (
        .relativeNorm,
        [-0.653_275_9, -0.806_325_85, -0.870_352_15, -0.844_995_3, -1, -0.930_452_64]
      ),
    ] as [(SimilarityMeasure, [Float])])
  func `each measure is the formula's`(_ measure: SimilarityMeasure, _ expected: [Float]) {
    let found = measure.similarities(of: other, to: reference, token: 4)
    // Values are at most 1; sums of 21 terms in another order.
    #expect(isClose(found, expected, within: 2e-6), "\(found)")
  }

  @Test func `every measure is in the menu once`() {
    #expect(SimilarityMeasure.all.count == 7)
    for measure in SimilarityMeasure.all {
      #expect(SimilarityMeasure.all.filter { $0 == measure }.count == 1)
    }
  }

  @Test(arguments: SimilarityMeasure.all)
  func `equal tokens give no NaN`(_ measure: SimilarityMeasure) {
    for value in [0, 0.5] as [Float] {
      let flat = Tokens(
        FeatureMap(
          height: 2, width: 2, channels: 5, values: [Float](repeating: value, count: 20)))
      let found = measure.similarities(of: flat, to: flat, token: 3)
      #expect(found.allSatisfy { $0.isFinite }, "\(found)")
      if [.manhattan, .euclidean, .chebyshev].contains(measure) { #expect(found == [1, 1, 1, 1]) }
    }
  }

  @Test func `statistics are the population's, ties go to the first`() {
    let statistics = MapStatistics([1, 3, 3, 1])
    #expect(statistics == MapStatistics([1, 3, 3, 1]))
    #expect(statistics.mean == 2)
    #expect(statistics.deviation == 1)
    #expect(statistics.bestMatch == 1)
    let found = MapStatistics(
      SimilarityMeasure.cosine.similarities(of: other, to: reference, token: 4))
    // numpy: mean, std, argmax of the cosine above
    #expect(abs(found.mean - -0.096_374_72) < 1e-6)
    #expect(abs(found.deviation - 0.139_203_16) < 1e-6)
    #expect(found.bestMatch == 3)
  }

  @Test func `norms are the square roots of the sums of squares`() {
    let map = FeatureMap(height: 1, width: 2, channels: 2, values: [3, 4, 0, -2])
    #expect(tokenNorms(map) == [5, 2])
  }
}
