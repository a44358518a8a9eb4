import Figures
import Files
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// What the figure says equals what the arrays hold.
@Suite struct QuantitativeTests {
  // Four decimals of a point, in panels of 93 points: half a unit is 5e-7 of the axis.
  private let share = 1e-6

  @Test(.enabled(if: SharedMaterial.hasSeedData, "needs shared/seed-data"))
  func everyCurveEqualsTheAuthorsArrays() throws {
    let data = try DataFolder(SharedMaterial.seedData)
    #expect(data.models == ["sd15"])
    let draft = try #require(FigureKind.quantitative.drafts(from: data).first)
    #expect(draft.warnings.isEmpty)
    let figure = try #require(draft.figure)
    let svg = SVGReader(try figure.rendered(as: .svg))

    let accuracies = try #require(try read("accuracies_cls_sd15.pt").array).doubles()
    for (place, size) in [8, 16, 32, 64].enumerated() {
      let expected = (0..<45).map { 100 * accuracies[($0 * 5 + 4) * 4 + place] }
      expect(svg.values("accuracy-\(size)x\(size)", panel: "accuracy"), expected, span: 110)
    }
    let groups = try read("results_group_similarities_sd15.pt")
    for (group, id) in ["corner", "border"].enumerated() {
      let expected = try Layer.experiments.dropLast().map { layer in
        let pair = try #require(groups[layer.name]?.elements)
        let (cropped, whole) = try (#require(pair[0].array), #require(pair[1].array))
        return cropped.doubles()[4 * group] / whole.doubles()[4 * group]
      }
      expect(svg.values(id, panel: "similarity", logarithmic: true), expected, span: 10)
    }
    let means = try #require(try read("up1_anomaly_norms_mean_sd15.pt").array).doubles()
    let spread = try #require(try read("up1_anomaly_norms_std_sd15.pt").array).doubles()
    expect(svg.values("anomalies", panel: "norm", logarithmic: true), means, span: 20)
    let band = svg.values("anomalies-band", panel: "norm", logarithmic: true)
    #expect(band.count == 90)
    let upper = zip(means, spread).map { $0 + $1 }
    let lower = zip(means, spread).map { $0 - $1 }
    expect(Array(band.prefix(45)), upper, span: 20)
    expect(Array(band.suffix(45).reversed()), lower, span: 20)
  }

  private func read(_ name: String) throws -> Archive {
    try ArrayFile.read("\(SharedMaterial.seedData)/\(name)")
  }

  private func expect(
    _ found: [(x: Double, y: Double)], _ expected: [Double], span: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (index, pair) in zip(found, expected).enumerated() {
      #expect(abs(pair.0.x - Double(index)) < 1e-5, sourceLocation: sourceLocation)
      #expect(abs(pair.0.y - pair.1) < span * share, sourceLocation: sourceLocation)
    }
  }

  @Test func hasThePublishedLimitsTicksAndColours() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder)
    try TestArrays.writeSimilarities(folder) { _, group in group == 0 ? 0.8 : 0.5 }
    try TestArrays.writeNorms(
      folder, means: Array(repeating: 1.2, count: 45), deviations: Array(repeating: 0.1, count: 45))
    let (made, warnings) = try TestArrays.quantitative(folder)
    let figure = try #require(made)
    #expect(warnings.isEmpty)
    #expect(figure.size == Size(576, 360))
    #expect(figure.stem == "quantitative-tiny")
    #expect(figure.panels.map(\.id) == ["accuracy", "similarity", "norm"])
    #expect(figure.panels.map(\.y.label) == ["test accuracy", "rel. similarity", "rel. norm"])
    #expect(figure.panels.allSatisfy { $0.x.scale == Scale(.linear, from: -0.5, to: 45) })
    #expect(figure.panels[0].y.scale == Scale(.linear, from: -5, to: 105))
    #expect(figure.panels[1].y.scale == Scale(.log2, from: 0.46, to: 2.8))
    #expect(figure.panels[2].y.scale == Scale(.log2, from: 0.45, to: 5.8))
    #expect(figure.panels[0].y.ticks.map(\.label) == ["0", "50", "100"])
    #expect(figure.panels[1].y.ticks.map(\.label) == ["0.5", "1.0", "2.0"])
    #expect(figure.panels[2].y.ticks.map(\.label) == ["0.5", "1.0", "2.0", "4.0"])
    let curves = figure.panels.flatMap(\.marks).compactMap { mark in
      if case .curve(let curve) = mark { curve } else { nil }
    }
    // matplotlib 3.10: [to_hex(colormaps["Reds"](x)) for x in linspace(0.25, 0.9, 4)]
    #expect(
      curves.map(\.stroke.color.hex) == [
        "#fcbba1", "#fb7555", "#de2b25", "#980c13", "#1f77b4", "#50b0bf", "#26a259",
      ])
    #expect(curves.map(\.y.count) == [45, 45, 45, 45, 44, 44, 45])
    // Ten lines between eleven blocks in every panel.
    for panel in figure.panels {
      let dividers = panel.marks.count {
        if case .rule(let rule) = $0 { rule.direction == .vertical } else { false }
      }
      #expect(dividers == 10)
    }
  }

  @Test func layoutShowsEveryLayerBlockAndLegend() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder)
    let figure = try #require(try TestArrays.quantitative(folder).figure)
    let texts = try figure.recorded().texts.map(\.string)
    #expect(texts.filter { $0 == "attn" }.count == 16)
    #expect(texts.filter { $0 == "conv" }.count == 2)
    for block in ["in", "dn0", "dn3", "mid", "up0", "up3", "out", "layers:", "blocks:", "8\u{D7}8"]
    {
      #expect(texts.contains(block), "\(block)")
    }
    let frame = Rect(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
    for text in try figure.recorded().texts {
      #expect(frame.contains(text.origin), "\(text.string) lies outside")
      if text.angle == 0 { #expect(text.origin.x + text.width <= frame.maxX, "\(text.string)") }
    }
  }

  @Test func leavesOutPanelsWhoseArraysAreAbsentOrEmpty() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder)
    try TestArrays.writeNorms(
      folder, means: Array(repeating: .nan, count: 45),
      deviations: Array(repeating: .nan, count: 45))
    let (figure, warnings) = try TestArrays.quantitative(folder)
    #expect(try #require(figure).panels.map(\.id) == ["accuracy"])
    #expect(warnings.count == 2)
    #expect(warnings.contains { $0.contains("results_group_similarities_tiny.pt") })
    #expect(warnings.contains { $0.contains("relative norm") && $0.contains("no value") })
  }

  @Test func valuesWithoutAPlaceAreGaps() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder) { layer, size in
      layer == 3 || layer == 5 ? .nan : TestArrays.accuracy(layer, size)
    }
    let (made, warnings) = try TestArrays.quantitative(folder)
    let svg = SVGReader(try #require(made).rendered(as: .svg))
    let points = svg.points("accuracy-8x8")
    #expect(points.count == 43)
    #expect(points.prefix(5).map(\.command) == ["M", "L", "L", "M", "M"])
    #expect(
      warnings.contains {
        $0.contains("down_blocks[0].resnets[1], down_blocks[0].downsamplers[0]")
      }, "\(warnings)")
  }

  @Test func axesGrowToTheNextTickAndHugeValuesStayFinite() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder) { layer, _ in layer == 0 ? 1.2 : 0.5 }
    try TestArrays.writeSimilarities(folder) { layer, group in
      // 1e38 / 0.5, zero and a negative ratio on a logarithmic axis.
      group > 0 ? 0.5 : layer == 0 ? 1e38 : layer == 1 ? 0 : layer == 2 ? -0.5 : 1.5
    }
    var means = [Double](repeating: 1, count: 45)
    means[7] = 6
    try TestArrays.writeNorms(folder, means: means, deviations: Array(repeating: 2, count: 45))
    let (made, warnings) = try TestArrays.quantitative(folder)
    let figure = try #require(made)
    #expect(figure.panels[0].y.scale == Scale(.linear, from: -5, to: 150))
    #expect(figure.panels[1].y.scale.end >= 2e38)
    #expect(figure.panels[1].y.ticks.count < 12)
    #expect(figure.panels[2].y.scale == Scale(.log2, from: 0.45, to: 8))
    #expect(warnings.contains { $0.contains("relative similarity is not a positive number") })
    for format in FigureFormat.allCases {
      #expect(!(try figure.rendered(as: format)).isEmpty)
    }
    let svg = SVGReader(try figure.rendered(as: .svg))
    #expect(svg.points("corner").count == 42)
    #expect(svg.points("anomalies-band").count == 90)
    #expect(svg.values("anomalies", panel: "norm", logarithmic: true).count == 45)
  }

  @Test func wrongArraysAreErrorsThatNameFileAndLayer() throws {
    let folder = TemporaryFolder()
    let path = folder.file("accuracies_cls_tiny.pt")
    try TorchArchive.write(.array(NDArray([Float](repeating: 0, count: 4), shape: [4])), to: path)
    #expect(throws: FigureError.self) { try TestArrays.quantitative(folder) }
    try TestArrays.writeAccuracies(folder)
    let bad = NDArray([Float](repeating: 0, count: 4), shape: [2, 2])
    try TorchArchive.write(
      .dict([("conv_in", .list([.array(bad), .array(bad)]))]),
      to: folder.file("results_group_similarities_tiny.pt"))
    let error = #expect(throws: FigureError.self) { try TestArrays.quantitative(folder) }
    #expect(error?.description.contains("conv_in/0") == true)
    #expect(error?.description.contains("[3, 3], found [2, 2]") == true)
  }

  @Test func automaticLabelsAreMarkedAsSuch() throws {
    let folder = TemporaryFolder()
    let ones = [Double](repeating: 1, count: 45)
    try TestArrays.writeNorms(folder, means: ones, deviations: nil)
    try NPY.write(
      NDArray([0, 2, 4] as [Int64], shape: [1, 3]),
      to: folder.file("high_norm_anomalies_auto_tiny.npy"))
    let figure = try #require(try TestArrays.quantitative(folder).figure)
    let texts = try figure.recorded().texts.map(\.string)
    #expect(texts.contains("anomalies (automatic labels)"))
  }

  @Test("Labels are whose the record of these very norms says", arguments: [true, false])
  func recordedLabels(isRecordOfThem: Bool) throws {
    let folder = TemporaryFolder()
    try TestArrays.writeNorms(
      folder, means: [Double](repeating: 1, count: 45), deviations: nil)
    try NPY.write(
      NDArray([0, 2, 4] as [Int64], shape: [1, 3]),
      to: folder.file("high_norm_anomalies_auto_tiny.npy"))
    let norms = "up1_anomaly_norms_mean_tiny.pt"
    let hash = isRecordOfThem ? try SHA256Hex.ofFile(folder.file(norms)) : "another"
    let record =
      #"{"arrays": {"\#(norms)": {"sha256": "\#(hash)", "labels": {"source": "file"}}}}"#
    try AtomicFile.write(Array(record.utf8), to: folder.file("provenance_tiny.json"))
    let figure = try #require(try TestArrays.quantitative(folder).figure)
    let texts = try figure.recorded().texts.map(\.string)
    #expect(texts.contains("anomalies") == isRecordOfThem)
    #expect(texts.contains("anomalies (automatic labels)") == !isRecordOfThem)
  }
}
