import Files
import Foundation
import TestSupport
import Testing

/// The report in a real browser, from a disk.
@Suite(
  "The report in a browser", .serialized,
  .enabled(if: Browser.isAvailable, "needs Chromium and chromedriver"))
struct ReportInBrowserTests {
  private static let axe = ProcessInfo.processInfo.environment["UNETLENS_AXE"].flatMap {
    Folder.isFile($0) ? $0 : nil
  }

  /// A report of two models, made once: the audited one beside a copy of its arrays.
  private static let report: TemporaryFolder? = {
    let folder = TemporaryFolder()
    do {
      let pictures = try AuditRunner.pictures(3, side: 256)
      func audit(_ name: String, _ output: String, _ more: [String]) throws {
        let result = try AuditRunner.run(
          [
            "audit", "--model", AuditRunner.checkpoint, "--name", name, "--images", pictures.path,
            "--output", folder.file(output), "--templates",
            Folder.join(SharedMaterial.repository, "Templates"), "--data", folder.file("other"),
            "--quiet",
          ] + more, in: folder.path)
        if result.status != 0 { Issue.record("\(result.errors)") }
      }
      try Folder.create(folder.file("other"))
      try audit("mini-untrained", "other", ["--timestep", "200"])
      try audit("tiny", "report", ["--compare", "mini-untrained"])
    } catch {
      Issue.record("\(error)")
      return nil
    }
    return folder
  }()

  private func address() throws -> String {
    "file://\(try #require(Self.report).file("report/index.html"))"
  }

  @Test("From a disk: nothing is loaded, nothing complains, every picture is there")
  func fromADisk() throws {
    let browser = try Browser()
    try browser.open(try address())
    try browser.run("for (const image of document.images) image.loading = 'eager'")
    try browser.wait(until: "[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    #expect(try browser.consoleLog().isEmpty)
    let page = try address()
    #expect(
      try browser.requestedAddresses().allSatisfy { $0 == page || $0.hasPrefix("data:") })
    #expect(
      try browser.run("return document.querySelectorAll('.strip tbody tr:first-child td').length")
        == .number(46))
    // Moved alone it shows the same.
    let alone = TemporaryFolder()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: String(page.dropFirst(7))))
    try bytes.write(to: URL(fileURLWithPath: alone.file("report.html")))
    try browser.open("file://\(alone.file("report.html"))")
    try browser.run("for (const image of document.images) image.loading = 'eager'")
    try browser.wait(until: "[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    #expect(try browser.consoleLog().isEmpty)
  }

  @Test(arguments: [320, 768, 1280])
  func fitsTheScreen(_ width: Int) throws {
    let browser = try Browser(width: width, height: 800)
    try browser.open(try address())
    #expect(
      try browser.run("return document.documentElement.scrollWidth") == .number(Double(width)))
  }

  @Test(.enabled(if: axe != nil, "needs axe: UNETLENS_AXE=path/to/axe.min.js"))
  func axeFindsNothing() throws {
    let axe = try String(contentsOfFile: Self.axe ?? "", encoding: .utf8)
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)] {
      let browser = try Browser(width: width, height: 900)
      try browser.setMedia(["prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"])
      try browser.open(try address())
      try browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
      let found = try browser.run("\(axe);return axe.run(document)")["violations"].array
      #expect(found.isEmpty, "\(scheme) \(width): \(found)")
    }
  }
}
