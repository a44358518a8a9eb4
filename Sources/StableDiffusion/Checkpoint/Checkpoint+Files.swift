import Files
import Networks

extension Checkpoint {
  /// The files and folders that extraction needs and that are not there, as sentences' subjects.
  package func missing() -> [String] {
    var missing = ["unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"]
    if emptyPrompt == nil {
      missing += ["text_encoder/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt"]
    }
    missing.removeAll { Folder.isFile(file($0)) }
    for part in parts where part != "unet" || (try? initSeed) == .some(nil) {
      if (try? WeightFiles.find(in: file(part))) == .some(nil) {
        let stem = part == "text_encoder" ? "model" : "diffusion_pytorch_model"
        missing.append("\(part)/\(stem).safetensors")
      }
    }
    return missing
  }

  /// The folders that hold weights.
  private var parts: [String] {
    emptyPrompt == nil ? ["unet", "vae", "text_encoder"] : ["unet", "vae"]
  }

  /// `init_seed` in `unet/config.json`: the U-Net has no weights, they are drawn from this seed.
  package var initSeed: UInt64? {
    get throws(ModelError) {
      try ConfigFile.read(InitFile.self, from: file("unet/config.json")).seed
    }
  }

  private struct InitFile: Decodable {
    let seed: UInt64?
    private enum CodingKeys: String, CodingKey { case seed = "init_seed" }
  }

  /// The files with weights, those of the text for the empty prompt included.
  ///
  /// - Throws: ``ModelError`` where an index of shards is wrong.
  package func weightPaths() throws(ModelError) -> [String] {
    var paths: [String] = []
    for part in parts {
      paths += try WeightFiles.find(in: file(part))?.paths ?? []
    }
    return paths + (emptyPrompt.map { [$0] } ?? [])
  }

  /// Every file that decides what extraction computes, by its name inside the folder.
  package func files() throws(ModelError) -> [String] {
    var names = ["model_index.json", "scheduler/scheduler_config.json"]
    for part in parts { names.append("\(part)/config.json") }
    if emptyPrompt == nil {
      names += [
        "vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json",
        "added_tokens.json",
      ].map { "tokenizer/\($0)" }
    }
    names.removeAll { !Folder.isFile(file($0)) }
    names += try weightPaths().map { String($0.utf8.dropFirst(folder.utf8.count + 1)) ?? $0 }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// SHA-256 of every file that decides what extraction computes, by its name inside the folder.
  ///
  /// - Throws: ``ModelError`` where a file cannot be read.
  public func hashes() throws(ModelError) -> [(file: String, sha256: String)] {
    var hashes: [(file: String, sha256: String)] = []
    for name in try files() {
      do throws(FileError) {
        hashes.append((name, try SHA256Hex.ofFile(file(name))))
      } catch { throw ModelError(error) }
    }
    return hashes
  }

  /// One SHA-256 for the whole checkpoint: of the lines `<sha256>  <name>\n` of ``hashes()``.
  ///
  /// - Throws: ``ModelError`` where a file cannot be read.
  public func hash() throws(ModelError) -> String {
    SHA256Hex.of(try hashes().flatMap { Array("\($0.sha256)  \($0.file)\n".utf8) })
  }
}

extension Checkpoint {
  /// The image side the model was made for: 512 pixels for SD-1.x, 768 for SD-2.1.
  ///
  /// - Throws: ``ModelError`` where `unet/config.json` cannot be read.
  public func nativeSide() throws(ModelError) -> Int {
    let latents = try ConfigFile.read(SizeFile.self, from: file("unet/config.json")).sampleSize
    let levels = try AutoencoderConfiguration(diffusers: file("vae/config.json")).blockChannels
    let side = latents.flatMap { (1...2048).contains($0) ? $0 << (levels.count - 1) : nil }
    return side ?? 512
  }

  private struct SizeFile: Decodable {
    let sampleSize: Int?
    private enum CodingKeys: String, CodingKey { case sampleSize = "sample_size" }
  }
}
