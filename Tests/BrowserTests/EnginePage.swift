import Files
import Foundation
import Kernels
import ProjectPage
import StableDiffusion
import Tensors
import TestSupport

/// A page with nothing but the explorer's engine, and the assets that a project page would have.
struct EnginePage {
  let home = TemporaryFolder()
  let checkpoint: Checkpoint
  let extractor: RepresentationExtractor
  /// The model's entry as the page's script gets it, a JavaScript expression.
  let model: String

  init() throws {
    checkpoint = try Checkpoint(folder: Folder.join(SharedMaterial.fixtures, "tiny/sd1"))
    var settings = ExtractionSettings()
    // The browser takes what the file holds; the built-in models' files are float16 anyway.
    settings.weights = .stored
    extractor = try RepresentationExtractor(checkpoint, settings: settings, imageSide: 64)
    model = """
      { name: "tiny", configs: { unet: \(try Self.text(checkpoint.file("unet/config.json"))),
        vae: \(try Self.text(checkpoint.file("vae/config.json"))),
        scheduler: \(try Self.text(checkpoint.file("scheduler/scheduler_config.json"))) },
        files: { unet: "unet.txt", vae: "vae.txt", text: "text.txt" }, bytes: {} }
      """
    let templates = Folder.join(SharedMaterial.repository, "Templates")
    for name in try Folder.names(in: templates)
    where name.hasSuffix(".js") && Self.scripts.contains(where: name.hasPrefix) {
      try AtomicFile.write(
        try Self.bytes(Folder.join(templates, name)), to: home.file("assets/\(name)"))
    }
    try write("explorer-wasm.txt", try Self.bytes(Folder.join(templates, "explorer.wasm.gz")))
    let weights = "diffusion_pytorch_model.safetensors"
    try write("unet.txt", try Self.bytes(checkpoint.file("unet/\(weights)")))
    try write("vae.txt", try Self.bytes(checkpoint.file("vae/\(weights)")))
    let text = extractor.engine.text
    try write(
      "text.txt",
      try SafeTensors.bytes(of: [
        ("empty_prompt", NDArray(text.values, shape: [1, text.tokens, text.channels]))
      ]))
    try AtomicFile.write(
      Array(
        """
        <!doctype html><meta charset="utf-8"><title>engine</title><link rel="icon" href="data:,">
        <script src="assets/explorer-files.js"></script>
        <script src="assets/explorer-engine.js"></script>
        <script>
        const model = \(model);
        const pixels = new ImageData(64, 64);
        for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = (i * 7919 + (i >> 5) * 31) % 256;
        const faults = [];
        const engine = unetlensEngine.create({ base: "assets/", onError: (error) => faults.push(error.code) });
        </script>
        """.utf8), to: home.file("index.html"))
  }

  /// The engine's scripts; a page has others besides.
  private static let scripts = ["explorer-files", "explorer-engine", "explorer-worker"]

  /// Writes a data file as pages have them, or only its first bytes.
  func write(_ name: String, _ bytes: [UInt8], cutTo length: Int = .max) throws {
    try AtomicFile.write(
      Array(ScriptFile.bytes(bytes, name: name).prefix(length)), to: home.file("assets/\(name)"))
  }

  /// The page's `pixels`, without alpha.
  var pixels: [UInt8] {
    (0..<64 * 64).flatMap { pixel in
      (0..<3).map { channel in
        let place = pixel * 4 + channel
        return UInt8((place * 7919 + (place >> 5) * 31) % 256)
      }
    }
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    try MappedFile(path).withBytes { Array($0) }
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }
}

extension Browser {
  /// What the promise of `expression` gives, or its error as `{code, sentence}`.
  func settle(_ expression: String) throws(BrowserError) -> JSON {
    try runAsync(
      """
      const done = arguments[arguments.length - 1];
      const plain = (value) => ArrayBuffer.isView(value) ? Array.from(value)
        : Array.isArray(value) ? value.map(plain)
        : value && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
      (async () => \(expression))().then((value) => done(plain(value) ?? null),
        (error) => done({ code: error.code ?? "none", sentence: String(error.sentence ?? error) }));
      """)
  }
}
