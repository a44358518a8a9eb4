import Experiments
import Foundation
import Testing

/// How well the detector finds planted anomalies among what images look like: norms that vary slowly
/// over the image, noise, and bright regions that are no anomalies.
///
/// docs/METHOD.md quotes the figures.
@Suite("The detector, measured")
struct DetectorTests {
  /// Planted images and what the detector should find in them.
  private struct Scene {
    var side = 32
    /// The norm of planted patches over that of their surroundings.
    var factor: Float = 3
    /// Bright regions, in every second image.
    var hasRegions = false

    /// The map and the labels of one image: none to three patches that do not touch a region.
    func image(_ index: Int) -> (map: NormMap, labels: [AnomalyLabel]) {
      let random = RandomValues.normals(side * side + 16, seed: UInt64(index))
      func draw(_ place: Int, below limit: Int) -> Int {
        Int(abs(random[side * side + place]) * 1009) % limit
      }
      var logs = (0..<side * side).map { token -> Float in
        let (row, column) = (Float(token / side), Float(token % side))
        let slow = row * Float(1 + index % 3) + column * Float(1 + index % 4)
        return 0.12 * random[token] + 0.15 * Self.wave(slow / Float(side))
      }
      var taken = Set<Int>()
      if hasRegions && index % 2 == 1 {
        let width = side / 6 + draw(0, below: side / 4)
        let corner = (draw(1, below: side - width), draw(2, below: side - width))
        for row in 0..<width {
          for column in 0..<width {
            let token = (corner.0 + row) * side + corner.1 + column
            logs[token] += 0.9
            taken.formUnion(around(token))
          }
        }
      }
      var labels: [AnomalyLabel] = []
      for place in 0..<draw(3, below: 4) {
        let label = AnomalyLabel(
          image: index, x: draw(4 + 2 * place, below: side - 1),
          y: draw(5 + 2 * place, below: side - 1))
        let corner = label.y * side + label.x
        let tokens = [corner, corner + 1, corner + side, corner + side + 1]
        guard taken.isDisjoint(with: tokens) else { continue }
        for token in tokens {
          logs[token] += log(factor)
          taken.formUnion(around(token))
        }
        labels.append(label)
      }
      let values = logs.map { 100 * exp($0) }
      return (NormMap(height: side, width: side, values: values), labels)
    }

    /// A token and those that touch it.
    private func around(_ token: Int) -> [Int] {
      let (row, column) = (token / side, token % side)
      return (max(0, row - 1)...min(side - 1, row + 1)).flatMap { y in
        (max(0, column - 1)...min(side - 1, column + 1)).map { y * side + $0 }
      }
    }

    /// A smooth wave of period 1, between -1 and 1.
    private static func wave(_ x: Float) -> Float {
      let part = x - x.rounded(.down)
      return 1 - 32 * part * part * (1 - part) * (1 - part)
    }
  }

  private static let images = 400

  private func agreement(_ scene: Scene, _ detector: AnomalyDetector) -> LabelAgreement {
    var (found, labels) = ([AnomalyLabel](), [AnomalyLabel]())
    for index in 0..<Self.images {
      let (map, planted) = scene.image(index)
      labels += planted
      found += detector.detect(map, image: index)
    }
    return LabelAgreement(found: found, labels: labels)
  }

  @Test(
    "Nothing but patches is marked; how many of them, their norm decides",
    arguments: [
      (2, 32, 0.05...0.15), (3, 32, 0.95...0.99), (5, 32, 1...1), (2, 16, 0...0.1),
      (3, 16, 0.85...0.95),
    ] as [(Float, Int, ClosedRange<Double>)])
  func factors(factor: Float, side: Int, recall: ClosedRange<Double>) throws {
    let found = agreement(Scene(side: side, factor: factor), AnomalyDetector())
    #expect(found.labelled > 500)
    #expect(found.precision == 1)
    #expect(recall.contains(try #require(found.recall)), "\(found)")
  }

  @Test(
    "The rule on bright regions takes half of their marks away or more, and no patch's",
    arguments: [32, 16])
  func regions(side: Int) {
    let scene = Scene(side: side, hasRegions: true)
    var without = AnomalyDetector()
    without.share = 1
    let (found, all) = (agreement(scene, AnomalyDetector()), agreement(scene, without))
    #expect(found.matched == all.matched && found.matched > 400)
    #expect(found.found - found.matched <= (all.found - all.matched) / 2, "\(found) \(all)")
  }
}
