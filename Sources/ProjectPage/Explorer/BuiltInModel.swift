import Files
import Tensors

/// A model small enough to run in the visitor's browser: a diffusers folder in `data/models`.
struct BuiltInModel {
  /// More weights than a visitor would wait for.
  private static let largest = 40 << 20
  private static let weights = "diffusion_pytorch_model.safetensors"

  let name: String
  let configs: [String: JSONValue]
  /// Contents of weight files by the engine's name for the part.
  let parts: [String: [UInt8]]

  /// The side in pixels that the U-Net was made for: eight pixels a latent.
  var imageSize: Int {
    if case .number(let side)? = configs["unet"]?["sample_size"] { return Int(side) * 8 }
    return 512
  }

  /// The model in `folder`; nil and a warning where it cannot run in a page.
  static func read(_ folder: String, warnings: inout [String]) throws(PageError) -> BuiltInModel? {
    let name = Folder.name(of: folder)
    guard PlainName.isOne(name), Folder.isFile(Folder.join(folder, "unet/config.json")) else {
      return nil
    }
    func leaveOut(_ reason: String) -> BuiltInModel? {
      warnings.append("\(folder): not in the explorer: \(reason)")
      return nil
    }
    var configs: [String: JSONValue] = [:]
    for (part, path) in [
      ("unet", "unet/config.json"), ("vae", "vae/config.json"),
      ("scheduler", "scheduler/scheduler_config.json"),
    ] {
      let file = Folder.join(folder, path)
      guard Folder.isFile(file) else { return leaveOut("it has no \(path)") }
      configs[part] = try JSONFile.read(JSONValue.self, from: file)
    }
    var parts: [String: [UInt8]] = [:]
    for (part, path) in [
      ("unet", "unet/\(weights)"), ("vae", "vae/\(weights)"), ("text", "empty_prompt.safetensors"),
    ] {
      let file = Folder.join(folder, path)
      guard Folder.isFile(file) else {
        if part == "unet", configs["unet"]?["init_seed"] != nil { continue }
        return leaveOut("it has no \(path)")
      }
      guard try JSONFile.size(of: file) <= largest else {
        return leaveOut("\(path) is larger than \(largest >> 20) MB, too much for a page")
      }
      parts[part] = try part == "vae" ? encoder(file) : JSONFile.bytes(of: file)
    }
    return BuiltInModel(name: name, configs: configs, parts: parts)
  }

  /// The autoencoder's encoder: the explorer never decodes.
  private static func encoder(_ file: String) throws(PageError) -> [UInt8] {
    do throws(TensorError) {
      let all = try SafeTensors(file)
      var kept: [(key: String, value: NDArray)] = []
      for name in all.names where name.hasPrefix("encoder.") || name.hasPrefix("quant_conv.") {
        kept.append((name, try all.array(named: name)))
      }
      return try SafeTensors.bytes(of: kept)
    } catch {
      throw PageError(file, error.reason)
    }
  }
}
