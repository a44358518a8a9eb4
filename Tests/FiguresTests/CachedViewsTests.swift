import Figures
import Layers
import Tensors
import TestSupport
import Testing

/// The figures that read one small safetensors file of a model each: docs/FORMATS.md.
@Suite struct CachedViewsTests {
  private let folder = TemporaryFolder()

  private func floats(_ shape: [Int], _ value: (Int) -> Float = { Float($0 % 7) }) -> NDArray {
    NDArray((0..<shape.reduce(1, *)).map(value), shape: shape)
  }

  private func pictures(_ count: Int) -> NDArray {
    NDArray(
      dtype: .uint8, shape: [count, 4, 4, 3],
      storage: ArrayStorage((0..<count * 48).map { UInt8($0 % 256) }))
  }

  private func integers(_ values: [Int64]) -> NDArray { NDArray(values, shape: [values.count]) }

  private func write(_ kind: ArrayKind, _ arrays: [(String, NDArray)]) throws {
    try SafeTensors.write(
      arrays.map { (key: $0.0, value: $0.1) }, to: folder.file(kind.fileName("tiny")))
  }

  private func figure(_ kind: FigureKind) throws -> Figure {
    let draft = try #require(kind.drafts(from: DataFolder(folder.path)).first)
    let figure = try #require(draft.figure, "\(draft.warnings)")
    for format in FigureFormat.allCases {
      #expect(!(try figure.rendered(as: format, options: RenderOptions(dpi: 72))).isEmpty)
    }
    return figure
  }

  private func error(_ kind: FigureKind) throws -> String {
    let data = try DataFolder(folder.path)
    return #expect(throws: FigureError.self) { try kind.drafts(from: data) }?.description ?? ""
  }

  private func outlines(_ figure: Figure) -> [Outline] {
    figure.panels.flatMap(\.marks).compactMap { mark in
      if case .outline(let outline) = mark { outline } else { nil }
    }
  }

  private func writeGrids(reference: [Int64] = [1, 17, 12, 32]) throws {
    try write(
      .similarityGrids,
      [
        ("images", pictures(2)), ("reference", integers(reference)),
        ("mid_block", floats([2, 8, 8])), ("up_blocks[0]", floats([2, 16, 16])),
      ])
  }

  @Test func similarityGridsMarkTheReferenceToken() throws {
    try writeGrids()
    let figure = try figure(.similarityGrids)
    // Two images, each with a picture and two maps.
    #expect(figure.panels.count == 6)
    // floor(17/32 * 8) = 4, floor(12/32 * 8) = 3, only in the reference's own image.
    let marks = outlines(figure)
    #expect(marks.count == 3)
    let mid = Extent(left: 4.0 / 8, right: 5.0 / 8, bottom: 4.0 / 8, top: 3.0 / 8)
    #expect(marks.contains { $0.extent == mid })
  }

  @Test(arguments: [[2, 0, 0, 32], [0, 32, 0, 32], [0, 0, 0, 0], [-1, 0, 0, 8], [0, 0, 0]])
  func referencesOutsideAreErrors(reference: [Int64]) throws {
    try writeGrids(reference: reference)
    #expect(try error(.similarityGrids).contains("reference"))
  }

  @Test func mapsThatDoNotFitTheImagesAreErrors() throws {
    try write(
      .similarityGrids,
      [
        ("images", pictures(2)), ("reference", integers([0, 0, 0, 8])),
        ("mid_block", floats([3, 8, 8])),
      ])
    #expect(try error(.similarityGrids).contains("mid_block: expected a map for each of 2 images"))
  }

  private func writeCorners() throws {
    try write(
      .cornerMaps,
      [
        ("images", pictures(2)), ("first/mid_block", floats([2, 8, 8])),
        ("mean/conv_in", floats([16, 16])), ("tiles/mid_block", floats([3, 3, 3, 3])),
      ])
  }

  @Test func cornerMapsHaveThreeParts() throws {
    try writeCorners()
    let figure = try figure(.cornerMaps)
    #expect(figure.panels.count { $0.id.hasPrefix("tile-") } == 9 + 1)
    #expect(figure.panels.count { $0.id.hasPrefix("first-") } == 4 + 1)
    #expect(figure.panels.count { $0.id.hasPrefix("mean-") } == 1 + 1)
    #expect(Set(figure.panels.map(\.id)).count == figure.panels.count)
  }

  @Test func predictedPlacesKeepTheirTrueColours() throws {
    // Every token of a 2 x 2 map is taken for the lower right one.
    let predictions: [Int64] = [1, 1, 1, 1, 1, 1, 1, 1]
    try write(.positionMaps, [("mid_block", NDArray(predictions, shape: [1, 2, 2, 2]))])
    let pictures = try figure(.positionMaps).panels.flatMap(\.marks).compactMap { mark in
      if case .picture(let picture) = mark { picture.raster } else { nil }
    }
    try #require(pictures.count == 3)
    func pixel(_ raster: Raster, _ place: Int) -> [UInt8] {
      Array(raster.pixels[3 * place..<3 * place + 3])
    }
    let truth = pictures[0]
    #expect((0..<4).allSatisfy { pixel(pictures[1], $0) == pixel(truth, 3) })
    // Placed: white but for the lower right cell, a quarter of it for each token.
    #expect(pixel(pictures[2], 0) == [255, 255, 255])
    #expect(pixel(pictures[2], 4 * 8 + 4) == pixel(truth, 0))
    #expect(pixel(pictures[2], 7 * 8 + 7) == pixel(truth, 3))
  }

  @Test func positionsOutsideTheMapAreErrors() throws {
    try write(.positionMaps, [("mid_block", NDArray([0, 2] as [Int64], shape: [1, 1, 1, 2]))])
    #expect(try error(.positionMaps).contains("mid_block"))
  }

  private func writeNorms() throws {
    try write(
      .normTimesteps,
      [
        ("images", pictures(1)), ("timesteps", integers([0, 50, 200])),
        ("up_blocks[1]", floats([1, 3, 8, 8])),
      ])
  }

  @Test func timestepsShareOneColourScaleARow() throws {
    try writeNorms()
    let figure = try figure(.normTimesteps)
    #expect(figure.labels.map(\.text).contains("t = 200"))
    let scales = figure.panels.flatMap(\.marks).compactMap { mark in
      if case .heatMap(let map) = mark, map.id.hasSuffix("-map") { map.colors } else { nil }
    }
    #expect(scales.count == 3)
    #expect(Set(scales).count == 1)
  }

  @Test func scatterDropsWhatIsNoNumber() throws {
    try write(
      .normScatter,
      [
        ("tokens", NDArray([0.5, 0.25, .nan, 1, 1, 0.75] as [Float], shape: [3, 2])),
        ("largest", NDArray([1, 0.5] as [Float], shape: [1, 2])),
      ])
    let dots = try figure(.normScatter).panels[0].marks.compactMap { mark in
      if case .dots(let dots) = mark { dots } else { nil }
    }
    #expect(dots.map(\.y) == [[0.25, 0.75], [0.5]])
  }

  @Test func featureViewsScaleComponentsTogether() throws {
    let parts: [Float] = [0, 1, 2, 4, 2, 0]
    try write(
      .featureViews,
      [
        ("images", pictures(1)), ("up_blocks[1]/norms", floats([1, 1, 2])),
        ("up_blocks[1]/clusters", NDArray([0, 1] as [Int64], shape: [1, 1, 2])),
        ("up_blocks[1]/components", NDArray(parts, shape: [1, 1, 2, 3])),
      ])
    let pictures = try figure(.featureViews).panels.flatMap(\.marks).compactMap { mark in
      if case .picture(let picture) = mark { picture.raster.pixels } else { nil }
    }
    #expect(pictures.last == [0, 64, 128, 255, 128, 0])
  }

  @Test func noiseLevelsNameTheirTimesteps() throws {
    try write(.noiseLevels, [("images", pictures(2)), ("timesteps", integers([0, 999]))])
    #expect(try figure(.noiseLevels).labels.map(\.text) == ["t = 0", "t = 999"])
    try write(.noiseLevels, [("images", pictures(2)), ("timesteps", integers([0]))])
    #expect(try error(.noiseLevels).contains("timesteps"))
  }

  @Test func distributionsComeFromCountsOrFromNorms() throws {
    try TorchArchive.write(
      .dict([("conv_in", .array(floats([2, 2, 2]) { Float($0 + 1) }))]),
      to: folder.file("representation_norms_tiny.pt"))
    func total() throws -> Double {
      try figure(.normDistribution).panels.flatMap(\.marks).reduce(0) { sum, mark in
        if case .bars(let bars) = mark { sum + bars.values.reduce(0, +) } else { sum }
      }
    }
    #expect(try total() == 8)
    try write(
      .normDistributions,
      [
        ("conv_in/counts", integers([3, 4])),
        ("conv_in/edges", NDArray([0, 1, 2] as [Double], shape: [3])),
      ])
    #expect(try total() == 7)
    try write(
      .normDistributions,
      [
        ("conv_in/counts", integers([3, 4])),
        ("conv_in/edges", NDArray([0, 2, 1] as [Double], shape: [3])),
      ])
    #expect(try error(.normDistribution).contains("conv_in/edges"))
  }

  @Test func theTeaserTakesWhatThereIs() throws {
    try TestArrays.writeAccuracies(folder)
    #expect(try figure(.teaser).panels.map(\.id) == ["accuracy"])
    try writeGrids()
    try writeCorners()
    try writeNorms()
    let full = try figure(.teaser)
    for heading in ["Positional embedding", "Corner artifacts", "High-norm anomalies"] {
      #expect(full.labels.map(\.text).contains(heading))
    }
    #expect(full.sources.count == 4)
    #expect(Set(full.panels.map(\.id)).count == full.panels.count)
  }
}
