import Figures
import Layers
import Tensors
import TestSupport
import Testing

/// Norm maps and norm histograms.
@Suite struct MapFigureTests {
  private func map(_ side: Int, _ value: (Int) -> Float) -> Archive {
    .array(NDArray((0..<side * side).map(value), shape: [side, side]))
  }

  private func heatMaps(_ figure: Figure) -> [HeatMap] {
    figure.panels.flatMap(\.marks).compactMap { mark in
      if case .heatMap(let map) = mark { map } else { nil }
    }
  }

  @Test(.enabled(if: SharedMaterial.hasSeedData, "needs shared/seed-data"))
  func theThesisHasFiveModelsAndFourEmptyCells() throws {
    let data = try DataFolder(SharedMaterial.seedData)
    let draft = try #require(FigureKind.normMaps.drafts(from: data).first)
    let figure = try #require(draft.figure)
    #expect(figure.stem == "norm-maps")
    #expect(figure.alternative.hasSuffix("."))
    // 5 x 11 maps, two models without two blocks, and the colour bar.
    #expect(figure.panels.count == 5 * 11 - 4 + 1)
    let texts = figure.labels.map(\.text)
    #expect(["SD-1.5", "SD-2.1", "SD-Turbo", "SDXL", "SDXL-Turbo"].allSatisfy(texts.contains))
    let one = try #require(FigureKind.normMaps.drafts(from: data, models: ["sd15"]).first?.figure)
    #expect(one.panels.count == 11 + 1)
    // Every map is one image, whatever its size.
    #expect(try figure.recorded().images.count == figure.panels.count)
  }

  @Test func aModelsOwnMapsComeBeforeTheThesis() throws {
    let folder = TemporaryFolder()
    let own = map(8) { Float($0) }
    try TorchArchive.write(
      .dict([("mid_block", own), ("conv_out", map(4) { _ in .nan })]),
      to: folder.file("mean_norm_maps_sd15.pt"))
    try TorchArchive.write(
      .dict([
        ("SD-1.5", .dict([("mid_block", map(8) { _ in 1 })])),
        ("Other", .dict([("mid_block", own)])),
      ]),
      to: folder.file("mean_norm_maps_thesis.pt"))
    let data = try DataFolder(folder.path)
    let figure = try #require(FigureKind.normMaps.drafts(from: data).first?.figure)
    let maps = heatMaps(figure)
    #expect(maps.map(\.id).prefix(2) == ["norms-sd15-mid", "norms-other-mid"])
    #expect(maps[0].values == (0..<64).map { Float($0) })
    #expect(figure.sources.map(\.name) == ["mean_norm_maps_sd15.pt", "mean_norm_maps_thesis.pt"])
  }

  @Test func ourOwnMapsAreSafetensors() throws {
    let folder = TemporaryFolder()
    try SafeTensors.write(
      [(key: "mid_block", value: NDArray([1, 2, 3, 4] as [Float], shape: [2, 2]))],
      to: folder.file("mean_norm_maps_mini.safetensors"))
    let data = try DataFolder(folder.path)
    #expect(data.models == ["mini"])
    let figure = try #require(FigureKind.normMaps.drafts(from: data).first?.figure)
    #expect(heatMaps(figure).first?.values == [1, 2, 3, 4])
  }

  @Test func aMapOfTheWrongRankIsNamed() throws {
    let folder = TemporaryFolder()
    try TorchArchive.write(
      .dict([("mid_block", .array(NDArray([1, 2] as [Float], shape: [2])))]),
      to: folder.file("mean_norm_maps_tiny.pt"))
    let data = try DataFolder(folder.path)
    let error = #expect(throws: FigureError.self) { try FigureKind.normMaps.drafts(from: data) }
    #expect(error?.description.contains("tiny/mid_block") == true)
  }

  private func writeHistograms(
    _ folder: TemporaryFolder, limits: (Float, Float) = (2, 10),
    _ count: (Int) -> Float = { Float($0) }
  ) throws {
    let cells = 11 * 3 * 4
    try TorchArchive.write(
      .array(NDArray((0..<cells).map { count($0 % 4) }, shape: [11, 3, 2, 2])),
      to: folder.file("histograms_norm_cossim_tiny.pt"))
    try TorchArchive.write(
      .array(
        NDArray(
          (0..<66).map { $0 % 2 == 0 ? limits.0 : limits.1 }, shape: [11, 3, 2])),
      to: folder.file("histograms_norm_cossim_tiny_limits.pt"))
  }

  @Test func histogramsAreRelativeFrequenciesWithEmptyCellsWhite() throws {
    let folder = TemporaryFolder()
    try writeHistograms(folder)
    let data = try DataFolder(folder.path)
    let figure = try #require(FigureKind.normHistograms.drafts(from: data).first?.figure)
    #expect(figure.stem == "norm-histograms-tiny")
    let maps = heatMaps(figure).filter { $0.id.hasPrefix("histogram-") }
    #expect(maps.count == 33)
    #expect(maps[0].values[0].isNaN)
    let shares: [Float] = [1.0 / 6, 2.0 / 6, 3.0 / 6]
    #expect(Array(maps[0].values[1...]) == shares)
    #expect(maps[0].extent == Extent(left: -0.5, right: 1, bottom: 2, top: 10))
    #expect(Array(maps[0].raster.pixels.prefix(3)) == [255, 255, 255])
    // The axis shows the largest norm.
    #expect(figure.panels[0].y.scale.end >= 10)
  }

  @Test(arguments: [(Float.nan, Float(1)), (5, 4), (0, .infinity), (-1, 1)])
  func limitsThatAreNoneAreErrors(limits: (Float, Float)) throws {
    let folder = TemporaryFolder()
    try writeHistograms(folder, limits: limits)
    let data = try DataFolder(folder.path)
    let error = #expect(throws: FigureError.self) {
      try FigureKind.normHistograms.drafts(from: data)
    }
    #expect(error?.description.contains("conv_in, timestep 0") == true)
  }

  @Test func emptyHistogramsAreLeftOut() throws {
    let folder = TemporaryFolder()
    try writeHistograms(folder) { _ in 0 }
    let data = try DataFolder(folder.path)
    let draft = try #require(FigureKind.normHistograms.drafts(from: data).first)
    #expect(draft.figure == nil)
    #expect(draft.warnings.count == 1)
  }
}
