import Figures
import Layers
import Tensors
import TestSupport
import Testing

/// What options choose of the arrays.
struct FigureViewTests {
  private let folder = TemporaryFolder()

  private func write(_ kind: ArrayKind, _ arrays: [(String, NDArray)]) throws {
    try SafeTensors.write(
      arrays.map { (key: $0.0, value: $0.1) }, to: folder.file(kind.fileName("tiny")))
  }

  private func maps(_ shape: [Int]) -> NDArray {
    NDArray((0..<shape.reduce(1, *)).map { Float($0 % 7) }, shape: shape)
  }

  private func writeGrids() throws {
    let pixels = [UInt8](repeating: 128, count: 3 * 4 * 4 * 3)
    try write(
      .similarityGrids,
      [
        ("images", NDArray(dtype: .uint8, shape: [3, 4, 4, 3], storage: ArrayStorage(pixels))),
        ("reference", NDArray([1, 17, 12, 32] as [Int64], shape: [4])),
        ("mid_block", maps([3, 8, 8])), ("up_blocks[0]", maps([3, 16, 16])),
      ])
  }

  private func figures(_ names: [String], _ view: FigureView) throws -> [Figure] {
    try FigureSelection(names: names, view: view).figures(in: DataFolder(folder.path)).figures
  }

  @Test func blocksAndImagesStandInTheOrderWanted() throws {
    try writeGrids()
    var view = FigureView()
    view.blocks = [Layer(.up(0)), Layer(.mid)]
    view.images = [2, 1]
    let figure = try #require(try figures(["similarity-grids"], view).first)
    #expect(figure.labels.map(\.text) == ["image", "up0", "mid", "3", "2"])
    #expect(figure.view == view)
    let svg = String(decoding: try figure.rendered(as: .svg), as: UTF8.self)
    #expect(svg.contains("--blocks up0 mid --images 2 1"))
  }

  @Test func whatIsNotThereIsAnErrorWhereTheFigureIsNamed() throws {
    try writeGrids()
    var view = FigureView()
    view.blocks = [Layer(.up(3))]
    let error = #expect(throws: FigureError.self) { try figures(["similarity-grids"], view) }
    #expect(error?.description.contains("no block up3; there are mid, up0") == true)
    try TestArrays.writeAccuracies(folder)
    let (found, warnings) = try FigureSelection(view: view).figures(in: DataFolder(folder.path))
    #expect(found.map(\.kind) == ["teaser", "quantitative"])
    #expect(warnings.contains { $0.hasPrefix("similarity-grids: left out") })
  }

  @Test func anotherReferenceTokenNeedsRepresentations() throws {
    try writeGrids()
    var view = FigureView()
    view.reference = FigureView.Reference(image: 1, column: 17, row: 12, side: 32)
    #expect(try figures(["similarity-grids"], view).count == 1)
    view.reference?.column = 3
    let error = #expect(throws: FigureError.self) { try figures(["similarity-grids"], view) }
    #expect(error?.description.contains("--representations") == true)
  }

  @Test func computedArraysTakeThePlaceOfFiles() throws {
    try writeGrids()
    let archive = Archive.dict([
      ("conv_in/counts", .array(NDArray([2.0], shape: [1]))),
      ("conv_in/edges", .array(NDArray([0.0, 1], shape: [2]))),
    ])
    let source = Figure.Source(name: "r.safetensors", sha256: "00")
    let data = try DataFolder(
      folder.path, with: [.normDistributions: archive], of: "tiny", from: source)
    #expect(data.models == ["tiny"])
    let drafts = try FigureKind.normDistribution.drafts(from: data)
    #expect(drafts.first?.figure?.sources == [source])
    #expect(try FigureKind.similarityGrids.drafts(from: data).first?.figure != nil)
    let nowhere = try DataFolder(
      folder.file("nowhere"), with: [.normDistributions: archive], of: "tiny", from: source)
    #expect(try FigureKind.normDistribution.drafts(from: nowhere).first?.figure != nil)
  }

  @Test func modelsAreComparedWhereThereAreTwo() throws {
    try TestArrays.writeAccuracies(folder)
    #expect(try FigureKind.comparison.drafts(from: DataFolder(folder.path))[0].figure == nil)
    try TestArrays.writeAccuracies(folder, model: "other")
    try write(
      .inputs,
      [
        ("accuracies/noised", NDArray([Float](repeating: 0.25, count: 20), shape: [5, 4])),
        ("accuracies/latents", NDArray([Float](repeating: 0.5, count: 20), shape: [5, 4])),
        ("groups/noised", maps([2, 3, 3])), ("groups/latents", maps([2, 3, 3])),
      ])
    let figure = try #require(
      try FigureKind.comparison.drafts(from: DataFolder(folder.path))[0].figure)
    // Only the accuracy is there of both.
    #expect(figure.panels.map(\.id) == ["accuracy"])
    let curves = figure.panels.flatMap(\.marks).compactMap { mark in
      if case .curve(let curve) = mark { curve } else { nil }
    }
    #expect(curves.map(\.id) == ["accuracy-given-0", "accuracy-8x8-tiny", "accuracy-8x8-other"])
    #expect(curves[0].y == [25, 25])
    #expect(figure.models == ["other", "tiny"])

    for model in ["tiny", "other"] {
      try TestArrays.writeSimilarities(folder, model: model) { _, group in 0.2 + 0.1 * Float(group)
      }
    }
    let whole = try #require(
      try FigureKind.comparison.drafts(from: DataFolder(folder.path))[0].figure)
    #expect(whole.panels.map(\.id) == ["accuracy", "corner", "border"])
    // The same colours in all: the first panel's legend is enough.
    #expect(whole.panels.map { $0.legend != nil } == [true, false, false])
  }
}
