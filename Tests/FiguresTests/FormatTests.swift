import Figures
import Files
import Foundation
import FoundationXML
import TestSupport
import Testing

/// Files that any reader takes, with provenance, the same bytes every time.
@Suite struct FormatTests {
  private func figure() throws -> (Figure, TemporaryFolder) {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder)
    return (try #require(try TestArrays.quantitative(folder).figure), folder)
  }

  @Test(arguments: FigureFormat.allCases)
  func bytesAreTheSameInParallel(format: FigureFormat) async throws {
    let (figure, _) = try figure()
    let first = try figure.rendered(as: format)
    let others = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 { group.addTask { try figure.rendered(as: format) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(others.allSatisfy { $0 == first })
  }

  @Test func pngHasItsTextBeforeThePixels() throws {
    let (figure, folder) = try figure()
    let bytes = try figure.rendered(as: .png, options: RenderOptions(dpi: 72))
    let chunks = try PNGChunks(bytes)
    #expect(chunks.width == 576)
    #expect(chunks.height == Int(figure.size.height.rounded()))
    let provenance = try #require(chunks.texts["Provenance"])
    let hash = try SHA256Hex.ofFile(folder.file("accuracies_cls_tiny.pt"))
    #expect(provenance.contains("\"sha256\":\"\(hash)\""))
    #expect(
      provenance.contains("unetlens figures quantitative --models tiny --format png --dpi 72"))
    #expect(!provenance.contains(folder.path))
    let pixels = try #require(chunks.names.firstIndex(of: "IDAT"))
    let text = try #require(chunks.names.lastIndex(of: "tEXt"))
    #expect(text < pixels)
  }

  @Test func pdfSaysWhereItComesFromInPlainText() throws {
    let (figure, folder) = try figure()
    let bytes = try figure.rendered(as: .pdf)
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    let hash = try SHA256Hex.ofFile(folder.file("accuracies_cls_tiny.pt"))
    #expect(text.contains("/Subject (quantitative tiny)"))
    #expect(text.contains(hash))
    #expect(!text.contains("/CreationDate"))
    #expect(!text.contains("/Type3"))
    #expect(text.contains("/FontFile2"))
  }

  @Test func svgHasProvenanceAndSearchableText() throws {
    let (figure, folder) = try figure()
    let bytes = try figure.rendered(as: .svg)
    let text = String(decoding: bytes, as: UTF8.self)
    let hash = try SHA256Hex.ofFile(folder.file("accuracies_cls_tiny.pt"))
    #expect(text.contains("\"sha256\":\"\(hash)\""))
    #expect(text.contains(">test accuracy</text>"))
    #expect(XMLParser(data: Data(bytes)).parse())
    let d = try #require(SVGReader(bytes).path("accuracy-64x64"))
    #expect(d.hasPrefix("M "))
    #expect(d.wholeMatch(of: /M \d+\.\d{4} \d+\.\d{4}( L \d+\.\d{4} \d+\.\d{4}){44}/) != nil)
  }

  @Test func widthScalesThePageAndNotTheDrawing() throws {
    let (figure, _) = try figure()
    let options = RenderOptions(width: 4)
    let svg = String(decoding: try figure.rendered(as: .svg, options: options), as: UTF8.self)
    #expect(svg.contains("width=\"288pt\""))
    #expect(svg.contains("viewBox=\"0 0 576 "))
    let png = try PNGChunks(
      figure.rendered(as: .png, options: RenderOptions(width: 4, dpi: 100)))
    #expect(png.width == 400)
  }

  @Test func impossibleSizesAreErrors() throws {
    let (figure, _) = try figure()
    for options in [
      RenderOptions(width: 0), RenderOptions(width: .nan), RenderOptions(width: 100, dpi: 2400),
      RenderOptions(dpi: 0),
    ] {
      #expect(throws: FigureError.self) { try figure.rendered(as: .png, options: options) }
    }
  }

  @Test func charactersWithoutAGlyphAreNamed() throws {
    var (figure, _) = try figure()
    figure.labels.append(Label("\u{1F600}", at: Point(10, 10)))
    let error = #expect(throws: FigureError.self) { try figure.rendered(as: .svg) }
    #expect(error?.description.contains("U+1F600") == true)
  }

  @Test(.enabled(if: Tool.find("pdffonts") != nil, "needs poppler-utils"))
  func popplerFindsEmbeddedFontsAndWords() throws {
    let (figure, folder) = try figure()
    let path = folder.file("figure.pdf")
    try AtomicFile.write(try figure.rendered(as: .pdf), to: path)
    let fonts = try Tool.run("pdffonts", [path])
    #expect(fonts.contains("TrueType") && fonts.contains("yes yes yes"))
    #expect(!fonts.contains("Type 3"))
    let words = try Tool.run("pdftotext", [path, "-"])
    #expect(words.contains("test accuracy"))
    #expect(words.contains("8\u{D7}8"))
  }
}
