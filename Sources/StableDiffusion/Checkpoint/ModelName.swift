/// A Stable Diffusion release that the original knows by name.
public struct ModelName: Sendable, Equatable {
  /// Its name as figures and file names carry it: `sd15`.
  public let short: String
  /// Its name as people write it: `SD1.5`.
  public let display: String
  /// Its repository on the Hugging Face hub.
  public let repository: String

  /// The releases that can be run, as METHOD ("Vocabulary") lists them.
  public static let known: [ModelName] = [
    ModelName(
      short: "sd15", display: "SD1.5", repository: "stable-diffusion-v1-5/stable-diffusion-v1-5"),
    ModelName(short: "sd21", display: "SD2.1", repository: "stabilityai/stable-diffusion-2-1"),
    ModelName(short: "sdturbo", display: "SD-Turbo", repository: "stabilityai/sd-turbo"),
    ModelName(short: "sd11", display: "SD1.1", repository: "CompVis/stable-diffusion-v1-1"),
    ModelName(short: "sd12", display: "SD1.2", repository: "CompVis/stable-diffusion-v1-2"),
    ModelName(short: "sd13", display: "SD1.3", repository: "CompVis/stable-diffusion-v1-3"),
    ModelName(short: "sd14", display: "SD1.4", repository: "CompVis/stable-diffusion-v1-4"),
    ModelName(short: "sd20", display: "SD2.0", repository: "stabilityai/stable-diffusion-2"),
  ]

  /// Models of the original that this program does not run.
  static let unsupported = [
    "SDXL", "SDXL-Turbo", "SDXL-Lightning", "SDXL-Lightning-1step", "SDXL-Lightning-2step",
    "SDXL-Lightning-4step", "SDXL-Lightning-8step", "SD3", "FLUX", "FLUX-dev", "FLUX-schnell",
  ]

  /// `name` without case, blanks, `.`, `-` and `_`, which do not matter in names.
  public static func folded(_ name: String) -> String {
    name.lowercased().filter { !$0.isWhitespace && $0 != "." && $0 != "-" && $0 != "_" }
  }

  /// The known model that `name` means: a short or display name, or a repository, in any spelling.
  public static func find(_ name: String) -> ModelName? {
    let folded = folded(name)
    return known.first { model in
      [model.short, model.display, model.repository].contains { Self.folded($0) == folded }
    }
  }

  /// The model of the original that `name` means and that cannot be run, spelled properly.
  static func findUnsupported(_ name: String) -> String? {
    unsupported.first { folded($0) == folded(name) }
  }

  /// What is supported, for the end of an error's sentence.
  static let supported = "Stable Diffusion 1.x, 2.x and SD-Turbo"

  /// The command that downloads what extraction needs of a hub repository.
  static func download(_ repository: String) -> String {
    let isKnown = known.contains { $0.repository == repository }
    return (["hf download \(repository)"] + (isKnown ? needed : [])).joined(separator: " ")
  }

  /// The files of a release that extraction reads; all of a repository is several times larger.
  private static let needed = [
    "model_index.json", "scheduler/scheduler_config.json",
    "text_encoder/config.json", "text_encoder/model.safetensors",
    "tokenizer/merges.txt", "tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json",
    "tokenizer/vocab.json",
    "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
    "vae/config.json", "vae/diffusion_pytorch_model.safetensors",
  ]
}
