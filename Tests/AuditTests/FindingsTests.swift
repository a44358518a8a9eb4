import Audit
import Experiments
import Figures
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Findings from planted arrays")
struct FindingsTests {
  private static let layers = Layer.experiments

  /// A map of ones with some tokens changed.
  private func map(_ side: Int, _ changes: [(row: Int, column: Int, norm: Float)]) -> NormMap {
    // A little ripple: a constant map has no deviation.
    var values = (0..<side * side).map { 1 + 0.01 * Float($0 % 7) }
    for change in changes { values[change.row * side + change.column] = change.norm }
    return NormMap(height: side, width: side, values: values)
  }

  @Test("A planted patch is found in its image, with its size")
  func patch() {
    let planted = map(16, [(4, 6, 5), (4, 7, 5), (5, 6, 5), (5, 7, 6)])
    let findings = NormFindings([map(16, []), planted, map(16, [])])
    #expect(findings.patches == [AnomalyLabel(image: 1, x: 6, y: 4)])
    #expect(findings.anomalousShare == 1.0 / 3)
    #expect(findings.outliers == 4)
    #expect(findings.largestImage == 1)
    #expect(abs(findings.largestRatio - 6 / 1.03) < 0.01)
    #expect(findings.largest == 6)
  }

  @Test("Corners and borders are compared with inner tokens")
  func edges() throws {
    var changes: [(row: Int, column: Int, norm: Float)] = []
    for row in 0..<8 {
      for column in 0..<8 {
        let (end, side) = (row % 7 == 0, column % 7 == 0)
        let norm: Float = end && side ? 0.5 : end || side ? 3 : 2
        changes.append((row, column, norm))
      }
    }
    let findings = NormFindings([map(8, changes)])
    #expect(findings.cornerRatio == 0.25)
    #expect(findings.borderRatio == 1.5)
    #expect(findings.median == 2)
    #expect(findings.patches.isEmpty)
  }

  @Test("Norms that are no numbers make no statistics and do not hold")
  func infinite() {
    let findings = NormFindings([map(4, [(1, 1, .infinity)])])
    #expect(!findings.isFinite)
    var layer = LayerFindings(Layer(.convIn))
    layer.norms = findings
    let judged = Criteria().judge(layer)
    #expect(judged.first { $0.criterion == .largestNorm }?.holds == false)
    #expect(judged.first { $0.criterion == .anomalousImages }?.holds == false)
    #expect(judged.first { $0.criterion == .cornerNorm }?.holds == false)
  }

  /// A folder with accuracies, similarities and norms of `model` that are known layer by layer.
  private func planted(_ model: String, accuracy: Float) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    // The last of two epochs counts.
    var values: [Float] = []
    for layer in 0..<45 {
      values += [0, 0, 0, 0, accuracy, accuracy / 2, accuracy / 4]
      values.append(layer == 3 ? Float.nan : accuracy / 8)
    }
    try TorchArchive.write(
      .array(NDArray(values, shape: [45, 2, 4])),
      to: folder.file("accuracies_cls_\(model).pt"))
    let whole = NDArray([Float](repeating: 0.5, count: 9), shape: [3, 3])
    let diagonal: [Float] = [0.8, 0, 0, 0, 0.6, 0, 0, 0, 0.5]
    let cropped = NDArray(diagonal, shape: [3, 3])
    try TorchArchive.write(
      .dict(Self.layers.map { ($0.name, .list([.array(cropped), .array(whole)])) }),
      to: folder.file("results_group_similarities_\(model).pt"))
    let grid = LayerGrid(width: 256, height: 256)
    try TorchArchive.write(
      .dict(
        Self.layers.map { layer in
          let side = grid.size(of: layer).height
          return (
            layer.name,
            .array(
              NDArray(map(side, []).values + map(side, []).values, shape: [2, side, side]))
          )
        }), to: folder.file("representation_norms_\(model).pt"))
    return folder
  }

  @Test("Values come from the last epoch, chance from the layer's own grid")
  func reading() throws {
    let folder = try planted("tiny", accuracy: 0.4)
    let findings = try ModelFindings("tiny", in: try DataFolder(folder.path))
    #expect(findings.layers.map(\.layer) == Self.layers)
    let mid = try #require(findings.layers.first { $0.layer == Layer(.mid, .resnet(0)) })
    #expect(mid.rows == 4)
    #expect(mid.position.map(\.cells) == [8, 16, 32, 64])
    let accuracies: [Float] = [0.4, 0.2, 0.1, 0.05]
    #expect(mid.position.map { Float($0.accuracy) } == accuracies)
    // Four tokens a side fall into four different cells whatever their number.
    #expect(mid.position.allSatisfy { $0.chance == 0.25 })
    let chances: [Double] = [0.125, 0.0625, 0.03125, 0.03125]
    #expect(findings.layers[0].position.map(\.chance) == chances)
    #expect(abs((mid.corner?.ratio ?? 0) - 1.6) < 1e-6)
    // Without its outermost ring a 4x4 map has no border.
    #expect(mid.border == nil)
    #expect(abs((findings.layers[0].border?.ratio ?? 0) - 1.2) < 1e-6)
    // The predicted noise is left out, as in the figure.
    #expect(findings.layers[44].corner == nil)
    #expect(findings.sources.count == 3)
  }

  @Test("The verdict counts layers, and the control stands beside them")
  func verdict() throws {
    let folder = try planted("tiny", accuracy: 0.4)
    let control = try planted(ModelFindings.untrainedName, accuracy: 0.3)
    var findings = try ModelFindings("tiny", in: try DataFolder(folder.path))
    findings.compare(
      untrained: try ModelFindings(
        ModelFindings.untrainedName, in: try DataFolder(control.path)))
    #expect(findings.layers[0].untrained.map { Float($0) } == 0.3)
    var criteria = Criteria()
    let all = Verdict(findings, by: criteria)
    // Corners stand out by 1.6 everywhere but in conv_out, which has no such value.
    #expect(all.failing(.cornerSimilarity).layers.count == 44)
    #expect(all.failing(.cornerSimilarity).of == 44)
    #expect(all.clean == [Layer(.convOut)])
    #expect(!all.holds)
    criteria.limits[.cornerSimilarity] = nil
    #expect(Verdict(findings, by: criteria).holds)
    criteria.layers = [Layer(.convOut)]
    #expect(Verdict(findings, by: criteria).layers.count == 1)
  }

  @Test("A model without arrays is refused by name")
  func absent() throws {
    let folder = try planted("tiny", accuracy: 0.4)
    let data = try DataFolder(folder.path)
    #expect(throws: AuditError.self) { try ModelFindings("other", in: data) }
  }

  @Test("Figures put models of two folders side by side")
  func comparison() throws {
    let first = try planted("tiny", accuracy: 0.4)
    let second = try planted("mini", accuracy: 0.3)
    let both = try DataFolder(first.path).with(["mini"], of: try DataFolder(second.path))
    #expect(both.models == ["mini", "tiny"])
    let drafts = try FigureKind.comparison.drafts(from: both, models: ["tiny", "mini"])
    let figure = try #require(drafts.first?.figure)
    #expect(figure.models == ["tiny", "mini"])
    let ids = figure.panels.flatMap(\.marks).compactMap { mark in
      if case .curve(let curve) = mark { curve.id } else { nil }
    }
    #expect(ids.contains("accuracy-8x8-tiny") && ids.contains("corner-mini"))
    #expect(Set(ids).count == ids.count)
    // One model alone has nothing to be compared with.
    let alone = try FigureKind.comparison.drafts(from: try DataFolder(first.path))
    #expect(alone.first?.figure == nil)
  }
}
