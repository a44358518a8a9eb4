import Experiments
import Testing

@Suite("High-norm anomalies")
struct AnomalyTests {
  @Test("A patch's norms over the image's, at three grid sizes")
  func relativeNorms() {
    // The map's norms are 1 but for the patch at x = 2, y = 1 of 4 x 4 (norms 3).
    func map(_ side: Int, _ patch: Set<Int>) -> NormMap {
      NormMap(
        height: side, width: side,
        values: (0..<side * side).map { patch.contains($0) ? 3 : 1 })
    }
    let label = AnomalyLabel(image: 0, x: 2, y: 1)
    let same = AnomalyNorms(labels: [label], reference: 4) { _ in map(4, [6, 7, 10, 11]) }
    #expect(abs(same.mean - 3 / (24.0 / 16)) < 1e-12 && same.deviation == 0)
    // Half the size: floor(2 / 2), floor(1 / 2), a side of 1: the token in row 0, column 1.
    let half = AnomalyNorms(labels: [label], reference: 4) { _ in map(2, [1]) }
    #expect(abs(half.mean - 3 / (6.0 / 4)) < 1e-12)
    // A quarter: one token, which is the whole image.
    let quarter = AnomalyNorms(labels: [label], reference: 4) { _ in map(1, [0]) }
    #expect(quarter.mean == 1)
  }

  @Test("Mean and population deviation over labels; NaN without labels")
  func statistics() {
    let labels = (0..<2).map { AnomalyLabel(image: $0, x: 0, y: 0) }
    let norms = AnomalyNorms(labels: labels, reference: 2) { image in
      NormMap(height: 2, width: 2, values: image == 0 ? [1, 1, 1, 1] : [2, 2, 2, 2])
    }
    #expect(norms.mean == 1 && norms.deviation == 0)
    let none = AnomalyNorms(labels: [], reference: 2) { _ in
      NormMap(height: 1, width: 1, values: [1])
    }
    #expect(none.mean.isNaN && none.deviation.isNaN)
  }

  @Test("A patch at the edge is cut")
  func edge() {
    let map = NormMap(height: 2, width: 2, values: [1, 1, 1, 5])
    let norms = AnomalyNorms(
      labels: [AnomalyLabel(image: 0, x: 1, y: 1)], reference: 2
    ) { _ in map }
    #expect(norms.mean == 2.5)
  }

  /// A 32 x 32 map of log-normal norms, with patches of `factor` times the median planted at even
  /// or odd places.
  private static func planted(_ image: Int, factor: Float) -> (NormMap, [AnomalyLabel]) {
    let side = 32
    var values = RandomValues.normals(side * side, seed: UInt64(image)).map {
      100 * Float.exponential(0.12 * $0)
    }
    let labels = (0..<image % 4).map { place in
      AnomalyLabel(image: image, x: (7 * place + 3 * image) % 30, y: (9 * place + image) % 30)
    }
    for label in labels {
      for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        values[(label.y + dy) * side + label.x + dx] *= factor
      }
    }
    return (NormMap(height: side, width: side, values: values), labels)
  }

  @Test("Planted anomalies of three times the norm are found, and nothing else")
  func planted() {
    var found: [AnomalyLabel] = []
    var labels: [AnomalyLabel] = []
    for image in 0..<60 {
      let (map, planted) = Self.planted(image, factor: 3)
      labels += planted
      found += AnomalyDetector().detect(map, image: image)
    }
    let agreement = LabelAgreement(found: found, labels: labels)
    #expect(labels.count > 80)
    #expect(agreement.precision == 1)
    #expect(agreement.recall == 1)
    #expect(found == found.sorted())
  }

  @Test("Noise, a smooth gradient, lone tokens and constant maps give no anomalies")
  func nothing() {
    let detector = AnomalyDetector()
    for image in 0..<40 {
      #expect(detector.detect(Self.planted(image, factor: 1).0, image: image).isEmpty)
    }
    let gradient = (0..<1024).map { Float(100 + $0 % 32) }
    #expect(
      detector.detect(NormMap(height: 32, width: 32, values: gradient), image: 0).isEmpty)
    var flat = [Float](repeating: 7, count: 1024)
    #expect(detector.detect(NormMap(height: 32, width: 32, values: flat), image: 0).isEmpty)
    flat[100] = 70
    #expect(detector.detect(NormMap(height: 32, width: 32, values: flat), image: 0).isEmpty)
    flat[101] = .nan
    #expect(detector.detect(NormMap(height: 32, width: 32, values: flat), image: 0).isEmpty)
  }

  @Test("Matches overlap, each label and each find counts once")
  func agreement() {
    func label(_ x: Int, _ y: Int, _ image: Int = 0) -> AnomalyLabel {
      AnomalyLabel(image: image, x: x, y: y)
    }
    let agreement = LabelAgreement(
      found: [label(3, 3), label(10, 10), label(20, 20, 1), label(4, 4)],
      labels: [label(4, 4), label(10, 12), label(20, 20)])
    #expect(
      agreement
        == LabelAgreement(
          found: [label(4, 4), label(0, 9), label(9, 0), label(30, 0)],
          labels: [label(4, 4), label(30, 30), label(20, 3)]))
    #expect(agreement.matched == 1)
    #expect(agreement.precision == 0.25)
    #expect(LabelAgreement(found: [], labels: []).precision == nil)
    #expect(LabelAgreement(found: [], labels: []).recall == nil)
  }
}

extension Float {
  /// e to the power of `value`, by its series: tests need no library for it.
  fileprivate static func exponential(_ value: Float) -> Float {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<30 {
      term *= Double(value) / Double(index)
      sum += term
    }
    return Float(sum)
  }
}
