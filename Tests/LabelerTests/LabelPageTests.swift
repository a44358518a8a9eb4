import Files
import Foundation
import Labeler
import TestSupport
import Testing

/// The page in a real Chromium, with the program behind it as a user runs it.
@Suite(.enabled(if: Browser.isAvailable, "needs chromium and chromedriver"))
struct LabelPageTests {
  let folder = TemporaryFolder()

  /// The program itself, which lies beside the tests.
  private static let program = Folder.join(
    Folder.parent(
      of: (try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe")) ?? ""), "unetlens")

  /// A running `unetlens label`, and the address of its page.
  private struct Running {
    let process: Process
    let address: String

    func kill() {
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  private func start(port: Int = 0) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = [
      "label", folder.file("labels"), "--images", folder.file("photos"), "--labeler", "Ann",
      "--port", String(port),
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let address = said.trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(address.hasPrefix("http://127.0.0.1:"), "\(said)")
    return Running(process: process, address: address)
  }

  /// Where a token lies on the page, in CSS pixels.
  private func place(_ browser: Browser, _ x: Int, _ y: Int) throws -> (x: Double, y: Double) {
    let area = try browser.run(
      """
      const r = document.querySelector("#map .inner").getBoundingClientRect();
      return [r.left + r.width * (arguments[0] + .6) / 32, r.top + r.height * (arguments[1] + .6) / 32];
      """, .number(Double(x)), .number(Double(y)))
    return (area[0].number ?? 0, area[1].number ?? 0)
  }

  private let saved = "document.getElementById('saved').dataset.state === 'saved'"

  @Test(.timeLimit(.minutes(2)))
  func tenImagesAreLabelledAcrossACrash() async throws {
    try Samples.project(in: folder.file("labels"), images: 10)
    try Samples.photos(in: folder.file("photos"), count: 10)
    var running = try start()
    defer { running.kill() }
    let browser = try Browser(width: 1280, height: 760)
    try browser.open(running.address)
    try browser.wait(until: "document.getElementById('count').textContent === '0 of 10'")
    // By mouse: images 0 to 4. Token (2i + 1, 5) lies in the patch (2i, 4).
    for image in 0..<5 {
      let at = try place(browser, 2 * image + 1, 5)
      try browser.move(along: [at], pressed: true)
      try browser.wait(
        until: "document.getElementById('count').textContent === '\(image + 1) of 10'")
      try browser.wait(until: saved)
      if image == 2 {
        // A second mark, taken back by a second click.
        let other = try place(browser, 20, 20)
        try browser.move(along: [other], pressed: true)
        try browser.wait(until: "current().patches.length === 2")
        try browser.move(along: [other], pressed: true)
        try browser.wait(until: "current().patches.length === 1")
        try browser.wait(until: saved)
      }
      try browser.move(along: [at], pressed: true, button: 2)
      try browser.wait(until: "image === \(image + 1)")
    }
    // The server dies between two clicks; the next one waits in the browser.
    let port = try #require(URL(string: running.address)?.port)
    running.kill()
    let at = try place(browser, 11, 5)
    try browser.move(along: [at], pressed: true)
    try browser.wait(until: "document.getElementById('saved').dataset.state === 'failed'")
    #expect(try browser.text(of: "#saved").contains("1 change is not saved"))
    running = try start(port: port)
    try browser.open(running.address + "#5")
    try browser.wait(until: saved + " && known('Ann', 5).patches.length === 1")
    // By keyboard: images 6 to 9, from the cursor's place at the upper left.
    try browser.press("u")
    try browser.wait(until: "image === 6")
    for image in 6..<9 {
      for _ in 0..<(image == 6 ? image : 1) { try browser.press("d") }
      if image == 6 { for _ in 0..<2 { try browser.press("s") } }
      try browser.press(.space)
      try browser.wait(until: "current(\(image)).patches.length === 1")
      try browser.press(.right)
      try browser.wait(until: "image === \(image + 1)")
    }
    try browser.press("n")
    try browser.wait(until: "current().none")
    try browser.press("z")
    try browser.wait(until: "!current().none")
    try browser.press("y")
    try browser.wait(until: "document.getElementById('count').textContent === '10 of 10'")
    try browser.wait(until: saved)
    #expect(try browser.run("return document.querySelectorAll('#map .mark').length").int == 0)
    let complaints = try browser.consoleLog().filter { !$0.contains("ERR_CONNECTION_REFUSED") }
    #expect(complaints == [])
    let export = try LabelExport(folder: folder.file("labels"), labeler: nil)
    #expect(export.rows == (0..<9).map { [$0, 2 * $0, 4] })
    #expect(export.answered == 10 && export.none == 1)
    #expect(export.agreements.map(\.second) == ["detector"])
  }

  @Test(.timeLimit(.minutes(2)))
  func aSecondWindowShowsWhatTheFirstDid() async throws {
    try Samples.project(in: folder.file("labels"), images: 3)
    try Samples.photos(in: folder.file("photos"), count: 3)
    let running = try start()
    defer { running.kill() }
    let (first, second) = (try Browser(), try Browser())
    for browser in [first, second] {
      try browser.open(running.address)
      try browser.wait(until: "document.getElementById('count').textContent === '0 of 3'")
    }
    try first.press("1")  // the suggestion, at (0, 4)
    try first.wait(until: saved + " && known('Ann', 0).patches.length === 1")
    try second.wait(until: "known('Ann', 0).patches.length === 1")
    // The other one adds to it; its own cursor is still at (0, 0).
    try second.press("d")
    try second.press(.space)
    try second.wait(until: saved + " && known('Ann', 0).patches.length === 2")
    try first.wait(until: "known('Ann', 0).patches.length === 2")
    let labels = try LabelFolder(folder.file("labels"))
    #expect(labels.answer(of: "Ann", image: 0).patches == [Patch(x: 0, y: 4), Patch(x: 2, y: 0)])
    #expect(labels.people == ["Ann"])
  }
}
