import Files
import Foundation
import ProjectPage
import Similarity
import TestSupport
import Testing

/// The explorer where something is missing, small, dark, or different.
@Suite(
  .serialized,
  .enabled(
    if: Browser.isAvailable && ExplorerVisit.hasEngine,
    "needs Chromium, chromedriver and Templates/explorer.wasm.gz (make wasm)"))
struct ExplorerPlacesTests {
  private static let view =
    "#explorer?model=mini&block=up_blocks[1]&measure=cosine&images=a@50,b@50&token=0,5,9,16"
  private static let axe = ProcessInfo.processInfo.environment["UNETLENS_AXE"].flatMap {
    Folder.isFile($0) ? $0 : nil
  }

  @Test func withoutJavaScriptItSaysWhy() throws {
    let explorer = try TestExplorer()
    let browser = try Browser()
    try browser.setJavaScript(enabled: false)
    try browser.open("file://\(try explorer.write())/index.html")
    #expect(try browser.text(of: "#explorer-why").contains("JavaScript"))
    #expect(
      try browser.run("return document.querySelector('#explorer-app').checkVisibility()") == false)
  }

  @Test func withoutWebAssemblyItSaysWhy() throws {
    let visit = try ExplorerVisit(TestExplorer())
    try visit.browser.devTools(
      "Page.addScriptToEvaluateOnNewDocument", ["source": "delete globalThis.WebAssembly"])
    try visit.browser.reload()
    #expect(try visit.text("#explorer-why").contains("no WebAssembly"))
    #expect(try !visit.isVisible("#explorer-app"))
    #expect(try visit.browser.consoleLog().isEmpty)
  }

  @Test func withoutDecompressionItSaysWhy() throws {
    let visit = try ExplorerVisit(TestExplorer())
    try visit.browser.devTools(
      "Page.addScriptToEvaluateOnNewDocument",
      ["source": "delete globalThis.DecompressionStream"])
    try visit.browser.reload()
    #expect(try visit.text("#explorer-why").contains("too old"))
    #expect(try !visit.isVisible("#explorer-app"))
  }

  @Test func fromADisk() throws {
    let explorer = try TestExplorer()
    let browser = try Browser()
    try browser.open("file://\(try explorer.write())/index.html\(Self.view)")
    try browser.wait(
      until: "document.querySelectorAll('.xp-map:not(.xp-absent)').length === 2", seconds: 25)
    #expect(try browser.consoleLog().isEmpty)
  }

  @Test(arguments: [320, 390, 768])
  func fitsTheScreen(_ width: Int) throws {
    let visit = try ExplorerVisit(
      TestExplorer(), width: width, fragment: Self.view + "&other=mini-circular&strip=1")
    try visit.waitForMaps(4)
    #expect(
      try visit.browser.run("return document.documentElement.scrollWidth") == .number(Double(width))
    )
    try visit.browser.click("[popovertarget=explorer-about-measures]")
    let edges = try visit.browser.run(
      """
      const box = document.querySelector('#explorer-about-measures').getBoundingClientRect();
      return [box.left, box.right];
      """)
    #expect((edges[0].number ?? -1) >= 0 && (edges[1].number ?? 9999) <= Double(width))
  }

  @Test(
    .enabled(if: Self.axe != nil, "needs axe: UNETLENS_AXE=path/to/axe.min.js"),
    arguments: [("light", 1280), ("dark", 1280), ("dark", 390)])
  func axeFindsNothing(_ scheme: String, width: Int) throws {
    let axe = try String(contentsOfFile: Self.axe ?? "", encoding: .utf8)
    let visit = try ExplorerVisit(TestExplorer(), width: width)
    try visit.browser.setMedia(
      ["prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"])
    func violations() throws -> [String] {
      try visit.browser.run("\(axe);return axe.run('#explorer')")["violations"].array.map {
        "\($0["id"].string ?? ""): \($0["nodes"].array.compactMap { $0["html"].string }.prefix(3))"
      }
    }
    #expect(try violations().isEmpty)
    try visit.browser.run(
      "location.hash = arguments[0]", .string(Self.view + "&other=mini-circular&strip=1"))
    try visit.waitForMaps(4)
    #expect(try violations().isEmpty)
    try visit.browser.click("[popovertarget=explorer-about-models]")
    #expect(try violations().isEmpty)
  }

  @Test func missingWeightsAreNamedAndTriedAgain() throws {
    let explorer = try TestExplorer()
    let folder = try explorer.write(to: "without-weights")
    let weights = "\(folder)/explorer/weights"
    try FileManager.default.moveItem(atPath: weights, toPath: "\(folder)/away")
    let visit = try ExplorerVisit(explorer, folder: folder, fragment: Self.view)
    try visit.browser.wait(until: "document.querySelector('.xp-row .xp-message').textContent")
    let message = try visit.text(".xp-row .xp-message")
    #expect(message.contains("explorer/weights/") && message.contains("404"))
    #expect(
      try visit.browser.run(
        "return [...document.querySelectorAll('.xp-wait')].every(w => w.hidden)") == true)
    try FileManager.default.moveItem(atPath: "\(folder)/away", toPath: weights)
    try visit.browser.click(".xp-row .xp-message button")
    try visit.waitForMaps(2)
    #expect(try visit.text(".xp-row .xp-message").isEmpty)
  }

  @Test func aWorkerThatStopsIsNamedAndReplaced() throws {
    let explorer = try TestExplorer()
    try explorer.addModel("stops", seed: 7, frequencyShift: 4)
    let visit = try ExplorerVisit(explorer, fragment: Self.view)
    try visit.waitForMaps(2)
    let before = try visit.rows().map(\.maps)
    try visit.choose("stops", in: "model")
    try visit.browser.wait(
      until: "document.querySelector('.xp-row .xp-message').textContent.includes('stopped')")
    #expect(try visit.isVisible(".xp-row .xp-message button"))
    // What the old worker held is computed anew.
    try visit.choose("mini", in: "model")
    try visit.waitForMaps(2)
    try visit.waitUntilDrawn()
    #expect(try visit.rows().map(\.maps) == before)
    #expect(try visit.text(".xp-row .xp-message").isEmpty)
    #expect(try visit.text("#explorer-complaint").isEmpty)
    #expect(try visit.browser.consoleLog().isEmpty)
  }

  @Test func representationsOfALargeModel() throws {
    let explorer = try TestExplorer()
    try explorer.writeRepresentations()
    let tokens = try explorer.tokens("large", block: "up_blocks[1]", images: ["a", "b"])
    try FileManager.default.removeItem(atPath: "\(explorer.models)/large")
    var sources = explorer.sources
    sources.representations = explorer.representations
    let visit = try ExplorerVisit(
      explorer, folder: try explorer.write(sources), fragment: Self.view)
    try visit.waitForMaps(2)
    try visit.choose("large", in: "model")
    try visit.waitForMaps(2)
    try visit.waitUntilDrawn()
    let asked = try visit.browser.requestedAddresses().filter { $0.contains("representations") }
    #expect(
      asked.map { $0.split(separator: "/").suffix(3).joined(separator: "/") }.sorted()
        == ["a/t50/up_blocks_1.f16", "b/t50/up_blocks_1.f16"])
    let rows = try visit.rows()
    for (row, other) in zip(rows, tokens) {
      let native = SimilarityMeasure.cosine.similarities(
        of: other, to: tokens[0], token: 9 * 16 + 5)
      let worst = zip(native, row.maps[0]).map { abs(Double($0) - $1) }.max() ?? .infinity
      // Half a step of 8 bits, and float16's rounding of the tokens.
      #expect(worst < 0.5 / 255 + 2e-3)
    }
    // What is not there says so: another block, another picture.
    try visit.choose("up_blocks[2]", in: "block")
    try visit.browser.wait(
      until: "document.querySelector('.xp-row .xp-message').textContent.includes('up_blocks[2]')")
    try visit.choose("mid_block", in: "block")
    try visit.waitForMaps(2)
    try visit.addSample(2)
    try visit.browser.wait(
      until:
        "document.querySelector('.xp-row:last-child .xp-message').textContent.includes('this image')"
    )
  }
}
