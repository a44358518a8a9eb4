import Files
import TestSupport
import Testing

/// The engine's worker when something ends it, and between the steps of an extraction.
@Suite(
  .serialized, .enabled(if: Browser.isAvailable, "needs chromium and chromium-driver installed"))
struct ExplorerWorkerTests {
  @Test func `data files hold any bytes`() throws {
    let page = try EnginePage()
    // Every pair of bytes that escaping could confuse, and every byte.
    let special: [UInt8] = [0, 10, 13, 34, 92, 110, 114, 128, 159, 255]
    let bytes = special.flatMap { first in special.flatMap { [first, $0] } } + (0...255)
    try page.write("bytes.txt", bytes)
    let server = try StaticServer(page.home.path)
    let browser = try Browser()
    for address in ["http://127.0.0.1:\(server.port)", "file://\(page.home.path)"] {
      try browser.open("\(address)/index.html")
      let found = try browser.settle(
        "await unetlensFiles.data('assets/bytes.txt', { name: 'bytes.txt' })")
      #expect(found.array.map(\.int) == bytes.map { Int($0) }, "\(address)")
      #expect(try browser.consoleLog() == [])
    }
  }

  @Test func `a worker that stops is replaced`() throws {
    let page = try EnginePage()
    let server = try StaticServer(page.home.path)
    let browser = try Browser()
    try browser.open("http://127.0.0.1:\(server.port)/index.html")
    let extraction = "await engine.extract({ key: 'a', model, pixels })"
    let fatal = [
      // Half of its channels: a division by zero, whose result no integer holds, traps in Swift.
      (
        """
        await engine.extract({ key: 'b', pixels, model: { ...model, name: 'b',
          configs: { ...model.configs, unet: { ...model.configs.unet, freq_shift: 4 } } } })
        """, "crash", "stopped by an error of its own (unreachable)"
      ),
      // 768 MiB of float16, of which nothing is sent, would be 1.5 GiB of float32 beside them.
      (
        """
        await engine.put({ key: 'c', block: 'mid_block', channels: 24, height: 4096, width: 4096,
          bytes: { byteLength: 2 * 24 * 4096 * 4096 } })
        """, "memory", "no memory left"
      ),
    ]
    for (expression, code, part) in fatal {
      #expect(try browser.settle(extraction)["blocks"].array.count == 11)
      let error = try browser.settle(expression)
      #expect(error["code"].string == code, "\(error)")
      #expect(error["sentence"].string?.contains(part) == true, "\(error)")
      // The new worker has nothing of the old one's.
      let lost = try browser.settle("await engine.norms({ key: 'a', block: 'mid_block' })")
      #expect(lost["code"].string == "missing", "\(lost)")
    }
    #expect(try browser.settle("faults") == ["crash", "memory"], "the page is told")
    #expect(try browser.settle(extraction)["blocks"].array.count == 11)
    #expect(try browser.consoleLog() == [])
  }

  @Test func `the encoder too answers and stops between its layers`() throws {
    let page = try EnginePage()
    let server = try StaticServer(page.home.path)
    let browser = try Browser()
    try browser.open("http://127.0.0.1:\(server.port)/index.html")
    let result = try browser.settle(
      """
      await (async () => {
        await engine.extract({ key: 'a', model, pixels });
        const events = [];
        const onProgress = (fraction, layer) => {
          events.push(layer);
          if (events.length > 1) return;
          engine.norms({ key: 'a', block: 'mid_block' }).then(() => {
            events.push('norms');
            engine.cancel();
          });
        };
        const large = new ImageData(512, 512);
        const end = await engine.extract({ key: 'b', model, pixels: large }, { onProgress })
          .catch((error) => error.code);
        return { events, end };
      })()
      """)
    let events = result["events"].array.map { $0.string ?? "" }
    #expect(result["end"].string == "cancelled", "\(result)")
    #expect(events.contains("norms") && Set(events) == ["autoencoder", "norms"], "\(events)")
  }
}
