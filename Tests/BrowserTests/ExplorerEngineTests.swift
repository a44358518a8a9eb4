import Files
import Images
import Kernels
import Layers
import Similarity
import StableDiffusion
import TestSupport
import Testing

/// The explorer's engine in a real Chromium, against the native networks.
@Suite(
  .serialized, .enabled(if: Browser.isAvailable, "needs chromium and chromium-driver installed"))
struct ExplorerEngineTests {
  @Test func `block outputs are the native ones`() throws {
    let page = try EnginePage()
    let server = try StaticServer(page.home.path, under: "/some/where")
    let browser = try Browser()
    try browser.open("http://127.0.0.1:\(server.port)/some/where/index.html")
    #expect(try browser.requestedAddresses().count == 3, "nothing is fetched before it is needed")
    let result = try browser.settle(
      "await engine.extract({ key: 'a', model, pixels, timestep: 50, seed: 42 })")
    #expect(result["blocks"].array.count == 11, "\(result)")
    let image = RGBImage(width: 64, height: 64, pixels: page.pixels)
    var compared = 0
    try page.extractor.extract(batch: [image], layers: Layer.blockOutputs) { _, layer, map in
      let found = try browser.settle("await engine.values({ key: 'a', block: '\(layer.name)' })")
      #expect(found["height"].int == map.height && found["channels"].int == map.channels)
      let values = found["values"].array.map { Float($0.number ?? .nan) }
      // The issue's bound; both sides round differently in float32.
      #expect(relativeDistance(values, map.values) <= 1e-3, "\(layer.name)")
      compared += 1
    }
    #expect(compared == 11)
    try compareSimilarities(browser)
    #expect(try browser.consoleLog() == [])
  }

  /// Every measure on one block, against the native measures of the browser's own tokens.
  private func compareSimilarities(_ browser: Browser) throws {
    let found = try browser.settle("await engine.values({ key: 'a', block: 'up_blocks[1]' })")
    let tokens = Tokens(
      FeatureMap(
        height: found["height"].int ?? 0, width: found["width"].int ?? 0,
        channels: found["channels"].int ?? 0,
        values: found["values"].array.map { Float($0.number ?? .nan) }))
    let names = try browser.settle("unetlensEngine.measures").array.compactMap(\.string)
    #expect(names.count == SimilarityMeasure.all.count)
    for (name, measure) in zip(names, SimilarityMeasure.all) {
      let map = try browser.settle(
        """
        await engine.similarity({ measure: '\(name)', block: 'up_blocks[1]',
          reference: { key: 'a', token: 5 }, keys: ['a'] })
        """)[0]
      let expected = measure.similarities(of: tokens, to: tokens, token: 5)
      let values = map["values"].array.map { Float($0.number ?? .nan) }
      let worst = zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(values.count == expected.count && worst <= 1e-5, "\(name): \(worst)")
      let statistics = MapStatistics(expected)
      #expect(abs((map["mean"].number ?? 9) - Double(statistics.mean)) <= 1e-5, "\(name)")
      #expect(abs((map["std"].number ?? 9) - Double(statistics.deviation)) <= 1e-5, "\(name)")
      #expect(map["best"].int == statistics.bestMatch, "\(name)")
    }
    let norms = try browser.settle("await engine.norms({ key: 'a', block: 'up_blocks[1]' })")
    let worst = zip(norms["values"].array, tokens.norms).map { abs(($0.number ?? 9) - Double($1)) }
    #expect((worst.max() ?? 9) <= 1e-4)
    let strip = try browser.settle(
      """
      await engine.strip({ measure: 'cosine', reference: { key: 'a', block: 'up_blocks[3]', token: 63 },
        key: 'a', blocks: ['conv_in', 'mid_block'] })
      """)
    #expect(strip[0]["token"].int == 63 && strip[1]["token"].int == 0)
  }

  @Test func `a page opened from a disk computes the same`() throws {
    let page = try EnginePage()
    let browser = try Browser()
    try browser.open("file://\(page.home.file("index.html"))")
    let result = try browser.settle("await engine.extract({ key: 'a', model, pixels })")
    #expect(result["blocks"].array.count == 11, "\(result)")
    #expect(try browser.consoleLog() == [])
  }

  @Test func `failures are sentences, and the engine goes on`() throws {
    let page = try EnginePage()
    let whole = try EnginePage.bytes(
      page.checkpoint.file("unet/diffusion_pytorch_model.safetensors"))
    try page.write("short.txt", Array(whole.prefix(100_000)))
    try page.write("cut.txt", whole, cutTo: 100_000)
    let server = try StaticServer(page.home.path)
    let browser = try Browser()
    try browser.open("http://127.0.0.1:\(server.port)/index.html")
    let failures = [
      (
        "await engine.load({ ...model, name: 'b', files: { ...model.files, unet: 'short.txt' } })",
        "weights", "short.txt"
      ),
      (
        "await engine.load({ ...model, name: 'c', files: { ...model.files, unet: 'none.txt' } })",
        "file", "none.txt"
      ),
      (
        "await engine.load({ ...model, name: 'f', files: { ...model.files, unet: 'cut.txt' } })",
        "file", "cut.txt is cut short"
      ),
      (
        """
        await engine.load({ ...model, name: 'd', configs: { ...model.configs,
          unet: { ...model.configs.unet, block_out_channels: [8, 8, 16, 24] } } })
        """, "weights", "should have shape"
      ),
      (
        """
        await engine.load({ ...model, name: 'e', configs: { ...model.configs,
          unet: { ...model.configs.unet, act_fn: 'tanh' } } })
        """, "model", "act_fn"
      ),
      ("await engine.extract({ key: 'a', model, pixels, timestep: 1000 })", "input", "timestep"),
      (
        "await engine.extract({ key: 'a', model, pixels: new ImageData(4, 4) })", "input", "smaller"
      ),
      (
        """
        await engine.put({ key: 'p', block: 'mid_block', channels: 2, height: 2, width: 2,
          bytes: new ArrayBuffer(6) })
        """, "input", "6 bytes"
      ),
      ("await engine.norms({ key: 'never', block: 'mid_block' })", "missing", "never"),
    ]
    for (expression, code, part) in failures {
      let error = try browser.settle(expression)
      #expect(error["code"].string == code, "\(expression): \(error)")
      #expect(error["sentence"].string?.contains(part) == true, "\(expression): \(error)")
    }
    #expect(try browser.settle("faults") == [], "no worker died")
    let cancelled = try browser.settle(
      """
      await (async () => { await engine.load(model);
        const running = engine.extract({ key: 'a', model, pixels }); setTimeout(() => engine.cancel(), 0);
        engine.cancel(); return running; })()
      """)
    #expect(["cancelled", nil].contains(cancelled["code"].string))
    let result = try browser.settle("await engine.extract({ key: 'a', model, pixels })")
    #expect(result["blocks"].array.count == 11, "\(result)")
    #expect(
      try browser.settle(
        """
        await engine.put({ key: 'p', block: 'mid_block', channels: 1, height: 1, width: 2,
          bytes: new Uint16Array([0x3c00, 0xc000]).buffer }) && engine.values({ key: 'p', block: 'mid_block' })
        """)["values"] == [1, -2])
  }
}
