import Foundation

extension Browser {
  /// Opens `address` and waits for its load event.
  ///
  /// - Throws: ``BrowserError`` where the page cannot be reached.
  public func open(_ address: String) throws(BrowserError) {
    try command("POST", "/url", ["url": .string(address)])
  }

  /// Loads the page again.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func reload() throws(BrowserError) { try command("POST", "/refresh") }

  /// Runs `script`, a function body, in the page and returns what it returns.
  ///
  /// - Parameter arguments: the function's `arguments`.
  /// - Throws: ``BrowserError`` with the exception that the script threw.
  @discardableResult
  public func run(_ script: String, _ arguments: JSON...) throws(BrowserError) -> JSON {
    try command("POST", "/execute/sync", ["script": .string(script), "args": .array(arguments)])
  }

  /// Runs `script` like ``run(_:_:)``; its last argument is the function that ends it.
  ///
  /// - Throws: ``BrowserError`` with the exception, or after the driver's 30 s.
  @discardableResult
  public func runAsync(_ script: String, _ arguments: JSON...) throws(BrowserError) -> JSON {
    try command("POST", "/execute/async", ["script": .string(script), "args": .array(arguments)])
  }

  /// Waits until the JavaScript `expression` is true in the page.
  ///
  /// - Throws: ``BrowserError`` naming the expression after `seconds`.
  public func wait(
    until expression: String, seconds: Double = 20
  ) throws(BrowserError) {
    let answer = try runAsync(
      """
      const done = arguments[arguments.length - 1], end = Date.now() + arguments[0];
      (function look() {
        let value = false;
        try { value = Boolean(\(expression)); } catch (error) { value = false; }
        if (value || Date.now() > end) done(value); else setTimeout(look, 10);
      })();
      """, .number(min(seconds, 29) * 1000))
    guard answer.bool == true else {
      throw BrowserError("after \(seconds) s this was still false in the page: \(expression)")
    }
  }

  /// What the console said since the last call: level, colon, message.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func consoleLog() throws(BrowserError) -> [String] {
    try command("POST", "/se/log", ["type": "browser"]).array.map {
      "\($0["level"].string ?? ""): \($0["message"].string ?? "")"
    }
  }

  /// The addresses that pages asked for since the last call, in order, `data:` left out.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func requestedAddresses() throws(BrowserError) -> [String] {
    try command("POST", "/se/log", ["type": "performance"]).array.compactMap { entry in
      guard let message = JSON(parsing: (entry["message"].string ?? "").utf8)?["message"],
        message["method"].string == "Network.requestWillBeSent",
        let address = message["params"]["request"]["url"].string
      else { return nil }
      return address.hasPrefix("data:") ? nil : address
    }
  }

  /// A PNG picture of the visible page, or of the whole page.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func screenshot(wholePage: Bool = false) throws(BrowserError) -> [UInt8] {
    let text =
      wholePage
      ? try devTools(
        "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])["data"]
      : try command("GET", "/screenshot")
    guard let data = Data(base64Encoded: text.string ?? "") else {
      throw BrowserError("the driver's screenshot is no base64")
    }
    return Array(data)
  }

  /// Makes the page area exactly `width` x `height` CSS pixels.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func resize(
    width: Int, height: Int, scale: Double = 1, mobile: Bool = false
  ) throws(BrowserError) {
    try devTools(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .number(Double(width)), "height": .number(Double(height)),
        "deviceScaleFactor": .number(scale), "mobile": .bool(mobile),
      ])
  }

  /// Sets media features, for instance `["prefers-color-scheme": "dark"]`; they outlive navigation.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func setMedia(_ features: [String: String]) throws(BrowserError) {
    let list = features.keys.sorted().map { name -> JSON in
      ["name": .string(name), "value": .string(features[name] ?? "")]
    }
    try devTools("Emulation.setEmulatedMedia", ["features": .array(list)])
  }

  /// Switches the pages' own JavaScript on or off; ``run(_:_:)`` works either way.
  ///
  /// - Throws: ``BrowserError`` from the driver.
  public func setJavaScript(enabled: Bool) throws(BrowserError) {
    try devTools("Emulation.setScriptExecutionDisabled", ["value": .bool(!enabled)])
  }
}
