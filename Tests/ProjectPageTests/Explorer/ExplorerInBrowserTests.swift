import Files
import Foundation
import Images
import Similarity
import TestSupport
import Testing

/// The explorer in a real browser, as visitors use it.
@Suite(
  .serialized,
  .enabled(
    if: Browser.isAvailable && ExplorerVisit.hasEngine,
    "needs Chromium, chromedriver and Templates/explorer.wasm.gz (make wasm)"))
struct ExplorerInBrowserTests {
  private func visit(_ explorer: TestExplorer? = nil, fragment: String = "") throws -> ExplorerVisit
  {
    let explorer = try explorer ?? TestExplorer()
    return try ExplorerVisit(explorer, fragment: fragment)
  }

  @Test func nothingIsFetchedBeforeItIsNeededAndNothingFromElsewhere() throws {
    let visit = try visit()
    try visit.browser.wait(until: "document.readyState === 'complete'")
    let first = try visit.browser.requestedAddresses()
    #expect(
      !first.contains {
        $0.contains("weights") || $0.contains("wasm") || $0.contains("worker")
      })
    #expect(try visit.isVisible("#explorer-empty") && !visit.isVisible("#explorer-without"))
    try visit.addSample(0)
    try visit.waitForMaps(1)
    let second = try visit.browser.requestedAddresses().filter { !$0.hasPrefix("blob:") }
    #expect(second.filter { $0.contains("weights/vae") }.count == 1)
    #expect((first + second).allSatisfy { $0.hasPrefix(visit.home) })
    #expect(try !visit.text("#explorer-app").contains("Loading"), "it is over")
    #expect(try visit.browser.consoleLog().isEmpty)
    // The first image is the reference, at its first token.
    let rows = try visit.rows()
    #expect(rows.map(\.reference) == [.init(x: 0, y: 0)] && rows[0].side == 16)
  }

  @Test(arguments: [
    ("positional", "up_blocks[0]", "cosine", 0, ["1. a", "2. b"]),
    ("corner", "mid_block", "cosine", 1, ["1. c", "2. d"]),
    ("high-norm", "up_blocks[1]", "relative-norm", 0, ["1. a", "2. c"]),
  ])
  func presets(_ id: String, block: String, measure: String, row: Int, titles: [String]) throws {
    let visit = try visit()
    try visit.browser.click("#explorer-presets [value=\(id)]")
    try visit.waitForMaps(2)
    try visit.waitUntilDrawn()
    #expect(try visit.value(of: "model") == "mini")
    #expect(try visit.value(of: "block") == block)
    #expect(try visit.value(of: "measure") == measure)
    let rows = try visit.rows()
    #expect(rows.map(\.title) == titles)
    #expect(rows[1 - row].reference == nil && rows[1 - row].best != nil)
    switch id {
    case "positional": #expect(rows[0].reference == .init(x: 6, y: 1))  // (13, 2) of 16, on 8 x 8
    case "corner": #expect(rows[1].reference == .init(x: 3, y: 0))  // (7, 0) of 8, on 4 x 4
    default:
      // Relative to the largest norm of its own image no token is larger.
      #expect(rows[0].maps[0].allSatisfy { $0 <= 0 })
      let place = try #require(rows[0].reference)
      #expect(rows[0].maps[0][place.y * rows[0].side + place.x] == 0)
    }
    let pressed = "#explorer-presets [aria-pressed=true]"
    #expect(
      try visit.browser.run("return document.querySelector('\(pressed)').value") == .string(id))
    try visit.choose("chebyshev", in: "measure")
    #expect(try visit.browser.run("return document.querySelector('\(pressed)')") == .null)
    #expect(try visit.browser.consoleLog().isEmpty)
  }

  @Test func drawnValuesAreTheNativeOnes() throws {
    let explorer = try TestExplorer()
    let visit = try visit(
      explorer,
      fragment: "#explorer?model=mini&block=up_blocks[1]&images=a@50,b@200&token=0,5,9,16")
    try visit.waitForMaps(2)
    let tokens = [
      try explorer.tokens("mini", block: "up_blocks[1]", images: ["a"])[0],
      try explorer.tokens("mini", block: "up_blocks[1]", images: ["b"], timestep: 200)[0],
    ]
    let names = [
      "cosine", "centered-cosine", "dot-product", "manhattan", "euclidean", "chebyshev",
      "relative-norm",
    ]
    for (measure, name) in zip(SimilarityMeasure.all, names) {
      try visit.choose(name, in: "measure")
      let rows = try visit.rows()
      for (row, other) in zip(rows, tokens) {
        let native = measure.similarities(of: other, to: tokens[0], token: 9 * 16 + 5)
        let worst = zip(native, row.maps[0]).map { abs(Double($0) - $1) }.max() ?? .infinity
        // Half a step of 8 bits, and 1e-3 between the engines.
        #expect(worst < 0.5 / 255 + 2e-3, "\(name), \(row.title)")
        let statistics = MapStatistics(native)
        let mean = Double(
          row.notes[0].replacing("−", with: "-").split(separator: " ").dropFirst().first ?? "")
        #expect(abs((mean ?? 9) - Double(statistics.mean)) < 2e-3, "\(row.notes)")
        if row.reference == nil {
          let best = statistics.bestMatch
          #expect(row.best == .init(x: best % 16, y: best / 16), "\(name)")
        }
      }
    }
  }

  @Test func pointerPreviewsAndPins() throws {
    let visit = try visit()
    try visit.addSample(0)
    try visit.addSample(1)
    try visit.waitForMaps(2)
    let browser = visit.browser
    let map = ".xp-row:nth-child(2) .xp-map"
    let pinned = try visit.rows()
    // Hovering a map previews its token, and says what it is relative to the pinned one.
    try browser.move(along: [try visit.point(4, 7, of: 16, in: map)])
    try browser.wait(until: "!document.querySelector('\(map) .xp-value').hidden")
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[1].reference == .init(x: 4, y: 7))
    let shown = try visit.text("\(map) .xp-value").replacing("−", with: "-")
    #expect(abs((Double(shown) ?? 9) - pinned[1].maps[0][7 * 16 + 4]) < 3e-3)
    // Leaving goes back.
    try browser.move(along: [(2, 2)])
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[0].reference == .init(x: 0, y: 0))
    // A click pins, in another image too.
    try browser.move(along: [try visit.point(4, 7, of: 16, in: map)], pressed: true)
    try browser.move(along: [(2, 2)])
    try visit.waitUntilDrawn()
    let rows = try visit.rows()
    #expect(rows[0].reference == nil && rows[0].best != nil)
    #expect(rows[1].reference == .init(x: 4, y: 7))
    try browser.wait(until: "location.hash.includes('token=1%2C4%2C7%2C16')")
    // A finger: what it leaves is pinned.
    let picture = ".xp-row:first-child .xp-picture"
    let (from, to) = (
      try visit.point(2, 2, of: 16, in: picture), try visit.point(9, 11, of: 16, in: picture)
    )
    try browser.move(.touch, along: [from, to], pressed: true)
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[0].reference == .init(x: 9, y: 11))
    #expect(try browser.consoleLog().isEmpty)
  }

  @Test func controlsShowWhatTheyName() throws {
    let visit = try visit(
      fragment: "#explorer?model=mini&block=up_blocks[1]&measure=cosine&images=a@50&token=0,13,2,16"
    )
    try visit.waitForMaps(1)
    // The pinned place stays where it was: floor(column * new / old).
    try visit.choose("mid_block", in: "block")
    #expect(try visit.rows()[0].reference == .init(x: 3, y: 0))
    #expect(try visit.text("#explorer-sentence").contains("mid_block: 16 channels at 4 × 4 tokens"))
    try visit.choose("up_blocks[2]", in: "block")
    #expect(try visit.rows()[0].reference == .init(x: 26, y: 4))
    // The same image twice, at another timestep: the maps differ.
    try visit.addSample(0)
    try visit.waitForMaps(2)
    let same = try visit.rows()
    #expect(same[0].maps == same[1].maps && same[1].best == .init(x: 26, y: 4))
    try visit.browser.run(
      """
      const slider = document.querySelector('.xp-row:last-child input');
      slider.value = 700;
      slider.dispatchEvent(new Event('input'));
      slider.dispatchEvent(new Event('change'));
      """)
    try visit.waitForMaps(2)
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[0].maps != visit.rows()[1].maps)
    // Another model beside it: two maps an image.
    try visit.choose("mini-circular", in: "other")
    try visit.waitForMaps(4)
    try visit.waitUntilDrawn()
    let both = try visit.rows()[0]
    #expect(both.maps.count == 2 && both.maps[0] != both.maps[1])
    #expect(both.notes[1].hasPrefix("mini-circular: mean"))
    // Norms: none is negative, the largest is opaque.
    try visit.browser.click("#explorer-norms")
    try visit.waitUntilDrawn()
    let norms = try visit.rows().map { $0.maps[0] }
    #expect(norms.allSatisfy { $0.allSatisfy { $0 >= 0 } } && norms.contains { $0.contains(1) })
    try visit.browser.click("#explorer-norms")
    // All blocks: one column a block, which chooses it.
    try visit.browser.click("#explorer-all-blocks")
    try visit.browser.wait(
      until: "document.querySelectorAll('.xp-strip canvas:not(.xp-absent)').length === 22")
    try visit.browser.click("[aria-label='down_blocks[1]']")
    try visit.waitUntilDrawn()
    #expect(try visit.value(of: "block") == "down_blocks[1]")
    #expect(try visit.rows()[0].side == 8)
    // Removing the reference's image leaves no map of it.
    try visit.browser.click(".xp-row:first-child .xp-remove")
    try visit.waitUntilDrawn()
    let left = try visit.rows()
    #expect(left.count == 1 && left[0].title == "1. a" && left[0].reference == .init(x: 0, y: 0))
    try visit.browser.click(".xp-remove")
    #expect(try visit.isVisible("#explorer-empty"))
    #expect(try visit.browser.consoleLog().isEmpty)
  }

  @Test func anOwnImage() throws {
    let explorer = try TestExplorer()
    let path = explorer.site.folder.file("wide holiday.png")
    try PNGFile.write(TestExplorer.picture(5, width: 500, height: 300), to: path)
    let note = explorer.site.folder.file("notes.txt")
    try "no picture".write(toFile: note, atomically: true, encoding: .utf8)
    let visit = try visit(explorer)
    try visit.browser.type(note, into: "#explorer-file")
    try visit.browser.wait(until: "document.querySelector('#explorer-complaint').textContent")
    #expect(
      try visit.text("#explorer-complaint")
        == "notes.txt is not a picture that this browser can decode.")
    try visit.browser.type(path, into: "#explorer-file")
    try visit.waitForMaps(1)
    #expect(try visit.rows()[0].title == "1. wide holiday.png")
    #expect(try visit.text("#explorer-complaint").isEmpty)
    // Its middle square: the column of pixels at a quarter of the width is no edge.
    let corner = try visit.browser.run(
      "return [...document.querySelector('.xp-picture canvas').getContext('2d').getImageData(0, 0, 1, 1).data]"
    )
    #expect(abs((corner[0].number ?? 0) - 255.0 * 100 / 500) <= 2)
    // Dropped and pasted ones too.
    for event in ["drop", "paste"] {
      try visit.browser.runAsync(
        """
        const [kind, done] = arguments;
        document.querySelector('.xp-picture canvas').toBlob(blob => {
          const data = new DataTransfer();
          data.items.add(new File([blob], kind + '.png', { type: 'image/png' }));
          const target = kind === 'drop' ? document.querySelector('#explorer-app') : document.body;
          target.dispatchEvent(kind === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
          done();
        });
        """, .string(event))
      try visit.waitForMaps(event == "drop" ? 2 : 3)
    }
    #expect(try visit.rows().map(\.title).suffix(2) == ["2. drop.png", "3. paste.png"])
    #expect(try visit.browser.run("return location.hash") == "#explorer")
    #expect(try visit.browser.consoleLog().isEmpty)
  }

  @Test func byKeyboardAlone() throws {
    let visit = try visit()
    let browser = visit.browser
    try browser.run("document.querySelector('#explorer-presets button').focus()")
    try browser.press(.enter)
    try visit.waitForMaps(2)
    var names: [String] = []
    for _ in 0..<30 {
      try browser.press(.tab)
      names.append(
        try browser.run(
          "const e = document.activeElement; return e.id || e.className || e.tagName"
        ).string ?? "")
      #expect(
        try browser.run(
          """
          const e = document.activeElement, style = getComputedStyle(e.closest('.xp-file') ?? e);
          return e.matches('main :focus-visible') ? style.outlineStyle !== 'none' : true
          """) == true, "no focus ring on \(names.last ?? "")")
      if names.last == "xp-grid xp-picture" { break }
    }
    for name in [
      "explorer-file", "explorer-model", "explorer-other", "explorer-block", "explorer-measure",
      "explorer-norms", "explorer-all-blocks", "xp-grid xp-picture",
    ] {
      #expect(names.contains(name), "\(names)")
    }
    let before = try #require(try visit.rows()[0].reference)
    try browser.press(.right)
    try browser.press(.down)
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[0].reference == .init(x: before.x + 1, y: before.y + 1))
    try browser.press(.home)
    try browser.press(.end)
    try visit.waitUntilDrawn()
    #expect(try visit.rows()[0].reference == .init(x: 7, y: before.y + 1))
    try browser.wait(
      until:
        "document.querySelector('#explorer-status').textContent.includes('column 7, row \(before.y + 1) of 8')"
    )
    // A pop-up opens and Escape closes it; so does a click elsewhere.
    try browser.run("document.querySelector('[popovertarget=explorer-about-blocks]').focus()")
    try browser.press(.enter)
    #expect(try visit.isVisible("#explorer-about-blocks"))
    try browser.press(.escape)
    #expect(try !visit.isVisible("#explorer-about-blocks"))
    try browser.click("[popovertarget=explorer-about-measures]")
    #expect(try visit.isVisible("#explorer-about-measures"))
    try browser.click("#explorer-title")
    #expect(try !visit.isVisible("#explorer-about-measures"))
  }

  @Test func aViewIsAnAddressAndAPicture() throws {
    let explorer = try TestExplorer()
    let visit = try visit(explorer)
    try visit.browser.click("#explorer-presets [value=positional]")
    try visit.waitForMaps(2)
    try visit.choose("mini-circular", in: "other")
    try visit.waitForMaps(4)
    try visit.browser.wait(until: "location.hash.includes('other=mini-circular')")
    let hash = try visit.browser.run("return location.hash").string ?? ""
    let rows = try visit.rows()
    let folder = explorer.site.folder.file("downloads")
    try Folder.create(folder)
    try visit.browser.devTools(
      "Browser.setDownloadBehavior", ["behavior": "allow", "downloadPath": .string(folder)])
    try visit.browser.click("#explorer-download")
    let path = "\(folder)/unetlens-mini-up0.png"
    try visit.browser.wait(until: "document.readyState === 'complete'")
    for _ in 0..<500 where !Folder.isFile(path) { usleep(10000) }
    let picture = try ImageFile.load(path)
    #expect(picture.width > 1000 && picture.height > 800 && Set(picture.pixels).count > 100)

    let second = try ExplorerVisit(explorer, fragment: hash)
    try second.waitForMaps(4)
    try second.waitUntilDrawn()
    let again = try second.rows()
    #expect(
      again.map(\.maps) == rows.map(\.maps) && again.map(\.reference) == rows.map(\.reference))
    // A broken address shows what it can.
    let third = try ExplorerVisit(
      explorer,
      fragment: "#explorer?model=gone&block=x&images=a@-5,zzz@50,b@1e9&token=7,99,1,4&measure=")
    try third.waitForMaps(2)
    #expect(try third.rows()[0].reference == .init(x: 0, y: 0))
    #expect(try third.browser.consoleLog().isEmpty)
  }
}
