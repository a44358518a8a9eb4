import Files
import TestSupport
import Testing

/// The WebDriver client itself, on a page of a few lines.
@Suite(
  .serialized, .enabled(if: Browser.isAvailable, "needs Chromium and chromedriver"))
struct BrowserClientTests {
  private static func site() throws -> (TemporaryFolder, StaticServer) {
    let folder = TemporaryFolder()
    let page = """
      <!doctype html><title>T</title><link rel="icon" href="data:,">
      <input id="i"><button id="b" onclick="this.textContent = 'clicked'">b</button>
      <script>console.warn("said", 7)</script><img alt="" src="http://example.org/x.png">
      """
    try AtomicFile.write(Array(page.utf8), to: folder.file("a/index.html"))
    return (folder, try StaticServer(folder.path, under: "/sub/path"))
  }

  @Test func drivesAPage() throws {
    let (folder, server) = try Self.site()
    defer { withExtendedLifetime((folder, server)) {} }
    let browser = try Browser(width: 500, height: 400)
    try browser.open("http://127.0.0.1:\(server.port)/sub/path/a/")
    #expect(try browser.run("return document.title") == "T")
    #expect(try browser.run("return [innerWidth, innerHeight]") == [500, 400])
    #expect(try browser.run("return [true, null, arguments[0] + 1]", 2.5) == [true, nil, 3.5])
    try browser.click("#b")
    #expect(try browser.text(of: "#b") == "clicked")
    try browser.type("ab", into: "#i")
    try browser.press(.left)
    try browser.press("c")
    try browser.wait(until: "document.querySelector('#i').value === 'acb'")
    let asked = try browser.requestedAddresses()
    #expect(asked.contains("http://example.org/x.png"))
    let said = try browser.consoleLog()
    #expect(said.contains { $0.hasPrefix("WARNING") && $0.contains("said") })
    #expect(said.contains { $0.contains("ERR_NAME_NOT_RESOLVED") })
    try browser.setMedia(["prefers-color-scheme": "dark"])
    #expect(try browser.run("return matchMedia('(prefers-color-scheme: dark)').matches") == true)
    #expect(try browser.screenshot().starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(throws: BrowserError.self) { try browser.run("throw new Error('x')") }
    #expect(throws: BrowserError.self) { try browser.find("#nothing") }
    #expect(throws: BrowserError.self) {
      try browser.wait(until: "document.title === 'U'", seconds: 0.05)
    }
  }

  @Test func scriptsCanBeOff() throws {
    let (folder, server) = try Self.site()
    defer { withExtendedLifetime((folder, server)) {} }
    let browser = try Browser()
    try browser.setJavaScript(enabled: false)
    try browser.open("http://127.0.0.1:\(server.port)/sub/path/a/")
    try browser.click("#b")
    #expect(try browser.text(of: "#b") == "b")
  }

  @Test func theServerKnowsItsPrefixOnly() throws {
    let (folder, server) = try Self.site()
    defer { withExtendedLifetime((folder, server)) {} }
    let client = HTTPClient(port: server.port)
    #expect(try client.send("GET", "/a/index.html").status == 404)
    #expect(try client.send("GET", "/sub/path/a/index.html").text.contains("<title>T</title>"))
    #expect(
      try client.send("HEAD", "/sub/path/a/").headers["content-type"]?.hasPrefix("text/html")
        == true)
  }
}
