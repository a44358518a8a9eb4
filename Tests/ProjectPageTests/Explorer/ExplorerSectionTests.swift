import Files
import Foundation
import ProjectPage
import TestSupport
import Testing

/// What the generator puts into a page for its explorer, and what it refuses.
struct ExplorerSectionTests {
  private func build(_ explorer: TestExplorer, _ sources: ExplorerSources? = nil) throws -> Site {
    var builder = explorer.site.builder
    builder.explorer = sources ?? explorer.sources
    return try builder.build()
  }

  private func html(_ site: Site) -> String {
    String(decoding: site.files["index.html"] ?? [], as: UTF8.self)
  }

  private func catalogue(_ site: Site) -> JSON {
    let html = html(site)
    let start = html.range(of: "id=\"explorer-data\">")?.upperBound ?? html.endIndex
    let end = html[start...].range(of: "</script>")?.lowerBound ?? html.endIndex
    return JSON(parsing: html[start..<end].utf8) ?? .null
  }

  private func problem(_ explorer: TestExplorer, _ sources: ExplorerSources) -> String {
    do {
      _ = try build(explorer, sources)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func aPageWithoutModelsHasNoExplorer() throws {
    let explorer = try TestExplorer()
    for sources in [nil, ExplorerSources(models: explorer.site.folder.file("none"))] {
      var builder = explorer.site.builder
      builder.explorer = sources
      let site = try builder.build()
      #expect(!html(site).contains("explorer"))
      #expect(!site.files.keys.contains { $0.hasPrefix("explorer") })
    }
  }

  @Test func modelsAndSamplesAreInTheCatalogue() throws {
    let explorer = try TestExplorer()
    let site = try build(explorer)
    let catalogue = catalogue(site)
    #expect(catalogue["models"].array.map { $0["name"].string } == ["mini", "mini-circular"])
    let model = catalogue["models"].array[0]
    #expect(model["imageSize"].int == 256)
    #expect(model["configs"]["unet"]["init_seed"].int == 7)
    #expect(model["configs"]["scheduler"]["beta_start"] == .number(0.00085))
    // Weights from a seed need no file; the autoencoder, which both models have, is there once.
    #expect(model["files"]["unet"] == .null)
    let files = site.files.keys.filter { $0.hasPrefix("explorer/weights/") }
    #expect(files.count == 2)
    let vae = model["files"]["vae"].string ?? ""
    #expect(model["bytes"]["vae"].int == site.files[vae]?.count)
    let script = site.files[vae] ?? []
    let call = "unetlensFiles.accept(\"\(vae)\",\""
    #expect(script.starts(with: Array(call.utf8)))
    let names = String(decoding: script, as: UTF8.self)
    #expect(names.contains("encoder.conv_in.weight") && !names.contains("decoder."))
    #expect(catalogue["images"].array.map { $0["id"].string } == ["a", "b", "c", "d"])
    for image in catalogue["images"].array {
      #expect(site.files[image["thumbnail"].string ?? ""] != nil)
      #expect(site.files[image["file"].string ?? ""] != nil)
    }
  }

  @Test func samplesOfTheContentFileComeInItsOrder() throws {
    let explorer = try TestExplorer()
    let path = "\(explorer.site.templates)/content.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("file: 14.jpg", with: "file: c.png").replacing(
      "file: 18.jpg", with: "file: a.png"
    )
    .write(toFile: path, atomically: true, encoding: .utf8)
    let site = try build(explorer)
    #expect(catalogue(site)["images"].array.map { $0["id"].string } == ["c", "a"])
    #expect(site.warnings.contains { $0.contains("no image named 21.jpg") })
  }

  @Test func scriptsLoseTheirComments() throws {
    let explorer = try TestExplorer()
    try "// one\n/** two\n * three */\nif (a) {\n  b(\"// c\"); // d\n}\n".write(
      toFile: "\(explorer.site.templates)/explorer-x.js", atomically: true, encoding: .utf8)
    let site = try build(explorer)
    let lean = String(decoding: site.files["explorer-x.js"] ?? [], as: UTF8.self)
    #expect(lean == "if (a) {\nb(\"// c\"); // d\n}\n")
    #expect(site.files["page.js"]?.starts(with: Array("// Comforts".utf8)) == true)
  }

  /// The budget; scripts/check-wasm weighs the same before anything is built.
  @Test(.enabled(if: ExplorerVisit.hasEngine, "needs Templates/explorer.wasm.gz (make wasm)"))
  func theProgramIsSmall() throws {
    let site = try build(TestExplorer())
    let program = site.files.filter { path, _ in
      path == "explorer-wasm.txt" || (path.hasPrefix("explorer") && path.hasSuffix(".js"))
    }
    #expect(program.count > 20 && program.values.reduce(0) { $0 + $1.count } <= 150_000)
    #expect(!site.files.keys.contains { $0.hasPrefix("explorer.wasm") })
  }

  @Test func onlyWhatEndsAStringIsEscaped() {
    let bytes: [UInt8] = [0, 10, 13, 34, 92, 110, 127, 128, 255]
    #expect(
      ScriptFile.bytes(bytes, name: "a/b.txt")
        == Array("unetlensFiles.accept(\"a/b.txt\",\"".utf8) + [0] + Array("\\n\\r\\\"\\\\n".utf8)
        + [127, 128, 255] + Array("\")\n".utf8))
  }

  @Test func theSameSourcesGiveTheSameBytes() throws {
    let explorer = try TestExplorer()
    #expect(try build(explorer).files == build(explorer).files)
  }

  @Test func representationsAreListedAndCopied() throws {
    let explorer = try TestExplorer()
    try explorer.writeRepresentations()
    try FileManager.default.removeItem(atPath: "\(explorer.models)/large")
    var sources = explorer.sources
    sources.representations = explorer.representations
    let site = try build(explorer, sources)
    let models = catalogue(site)["models"].array
    let large = models.last ?? .null
    #expect(large["name"].string == "large" && models.count == 3)
    #expect(large["timesteps"].array.map(\.int) == [20, 50])
    #expect(large["blocks"].array.map { $0["name"].string } == ["mid_block", "up_blocks[1]"])
    // The pictures are the samples, by name: no second entry.
    #expect(catalogue(site)["images"].array.count == 4)
    let path = "explorer/representations/large/a/t50/up_blocks_1.f16"
    #expect(site.files[path]?.count == 16 * 16 * 16 * 2)
  }

  @Test func aBudgetIsKept() throws {
    let explorer = try TestExplorer()
    try explorer.writeRepresentations(blocks: ["mid_block"])
    try FileManager.default.removeItem(atPath: "\(explorer.models)/large")
    var sources = explorer.sources
    sources.representations = explorer.representations
    sources.budget = 2000
    let said = problem(explorer, sources)
    #expect(said.contains("more than the budget of 2000 bytes") && said.contains("representations"))
    sources.budget = 100_000
    #expect(problem(explorer, sources).isEmpty)
  }

  @Test func aWrongFolderIsRefusedByName() throws {
    let explorer = try TestExplorer()
    var sources = explorer.sources
    sources.representations = explorer.images
    #expect(problem(explorer, sources).contains("found no manifest.json"))
    try explorer.writeRepresentations(blocks: ["mid_block"])
    sources.representations = explorer.representations
    #expect(problem(explorer, sources).contains("the model large is built in already"))
    try FileManager.default.removeItem(atPath: "\(explorer.models)/large")
    let file = "\(explorer.representations)/large/a/t50/mid_block.f16"
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: file))
    #expect(
      problem(explorer, sources).contains("\(file): expected 512 bytes of float16 tokens, found 3"))
    try FileManager.default.removeItem(atPath: file)
    #expect(problem(explorer, sources).contains("mid_block.f16"))
    let manifest = "\(explorer.representations)/manifest.json"
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    for (old, new, complaint) in [
      ("\"large\"", "\"../../large\"", "letters, digits"),
      ("thumbnails/a.jpg", "../../../etc/passwd", "expected paths of letters"),
      ("\"width\"", "\"breadth\"", "expected width"),
      ("\"format\"", "\"shape\"", "expected format"),
      ("{", "[", "expected"),
    ] {
      try text.replacing(old, with: new).write(
        toFile: manifest, atomically: true, encoding: .utf8)
      #expect(problem(explorer, sources).contains(complaint))
    }
  }

  @Test func aModelThatCannotRunIsLeftOutWithAWarning() throws {
    let explorer = try TestExplorer()
    try explorer.addModel("half", seed: 1)
    try FileManager.default.removeItem(atPath: "\(explorer.models)/half/empty_prompt.safetensors")
    let site = try build(explorer)
    #expect(
      site.warnings.contains { $0.contains("half: not in the explorer: it has no empty_prompt") })
    try "{".write(
      toFile: "\(explorer.models)/half/unet/config.json", atomically: true, encoding: .utf8)
    #expect(problem(explorer, explorer.sources).contains("half/unet/config.json: expected JSON"))
  }
}
