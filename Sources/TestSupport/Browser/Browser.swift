import Files
import Foundation

/// A headless Chromium of its own, driven over the WebDriver protocol.
///
/// Every host but 127.0.0.1 is unreachable in it, so a page that asks another one shows it. The
/// calls block; use one value from one test. Driver and browser end with the value.
public final class Browser {
  /// Whether Chromium and its driver are installed.
  public static let isAvailable =
    driverPath != nil && path(of: ["chromium", "chromium-browser", "google-chrome"]) != nil

  private static let driverPath = path(of: ["chromedriver"])

  let client: HTTPClient
  private let driver: Process
  private let session: String
  private let browserProcess: Int32

  /// Starts a browser whose page area is `width` x `height` CSS pixels.
  ///
  /// - Parameter arguments: further command-line switches of Chromium.
  /// - Throws: ``BrowserError`` with what the driver said.
  public init(width: Int = 1280, height: Int = 800, arguments: [String] = []) throws(BrowserError) {
    guard let path = Self.driverPath else { throw BrowserError("chromedriver is not installed") }
    (driver, client) = try Self.startPatiently(path)
    var switches = [
      "--headless=new", "--hide-scrollbars",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    // Chromium refuses to sandbox itself for root, which is who tests run as in containers.
    if getuid() == 0 { switches.append("--no-sandbox") }
    let capabilities: JSON = [
      "capabilities": [
        "alwaysMatch": [
          "browserName": "chrome",
          "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
          "goog:chromeOptions": ["args": .array((switches + arguments).map { .string($0) })],
        ]
      ]
    ]
    let answer: JSON
    do throws(BrowserError) {
      answer = try Self.call(client, "POST", "/session", capabilities)
    } catch {
      Self.end(driver)
      throw error
    }
    session = answer["sessionId"].string ?? ""
    browserProcess = Int32(answer["capabilities"]["goog:processID"].int ?? 0)
    try resize(width: width, height: height)
  }

  deinit {
    // Ending the driver alone leaves Chromium alive.
    if (try? Self.call(client, "DELETE", "/session/\(session)", nil)) == nil, browserProcess > 1 {
      kill(browserProcess, SIGKILL)
    }
    Self.end(driver)
  }

  /// Sends one WebDriver command of this session and returns its value.
  ///
  /// - Throws: ``BrowserError`` with the driver's error and message.
  @discardableResult
  public func command(
    _ method: String, _ path: String, _ body: JSON? = nil
  ) throws(BrowserError) -> JSON {
    try Self.call(client, method, "/session/\(session)\(path)", body)
  }

  /// Sends a DevTools command, for what WebDriver lacks.
  ///
  /// - Throws: ``BrowserError`` where Chromium refuses it.
  @discardableResult
  public func devTools(_ name: String, _ parameters: JSON = [:]) throws(BrowserError) -> JSON {
    try command("POST", "/goog/cdp/execute", ["cmd": .string(name), "params": parameters])
  }

  private static func call(
    _ client: HTTPClient, _ method: String, _ path: String, _ body: JSON?
  ) throws(BrowserError) -> JSON {
    let bytes = method == "POST" ? Array((body ?? [:]).text.utf8) : []
    let response = try client.send(
      method, path, headers: ["Content-Type": "application/json"], body: bytes)
    let value = JSON(parsing: response.body)?["value"] ?? .null
    if let error = value["error"].string {
      let message = value["message"].string?.split(separator: "\n").first ?? ""
      throw BrowserError("\(method) \(path): \(error): \(message)")
    }
    return value
  }

  /// Starts the driver, anew where it ended at once: of a port that it found free for IPv4 another
  /// program may hold the IPv6 side.
  private static func startPatiently(_ path: String) throws(BrowserError) -> (Process, HTTPClient) {
    for _ in 0..<3 { if let started = try? start(path) { return started } }
    return try start(path)
  }

  private static func start(_ path: String) throws(BrowserError) -> (Process, HTTPClient) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["--port=0"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { throw BrowserError("\(path) does not start: \(error)") }
    var said = ""
    while true {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw BrowserError("\(path) ended at once: \(said)") }
      said += String(decoding: more, as: UTF8.self)
      guard let range = said.range(of: "started successfully on port ") else { continue }
      let digits = said[range.upperBound...].prefix { $0.isNumber }
      guard said[range.upperBound...].count > digits.count, let port = UInt16(digits) else {
        continue
      }
      return (process, HTTPClient(port: port))
    }
  }

  /// Ends the driver.
  ///
  /// SIGTERM would not do: it inherits the mask of the test's thread, which blocks it.
  private static func end(_ driver: Process) {
    kill(driver.processIdentifier, SIGKILL)
    driver.waitUntilExit()
  }

  private static func path(of names: [String]) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    for name in names {
      for folder in folders + ["/usr/bin"] where Folder.isFile("\(folder)/\(name)") {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }
}
