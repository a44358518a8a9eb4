import Files
import StableDiffusion
import TestSupport
import Testing

/// Models by name and folder.
struct ModelFinderTests {
  private let home = TemporaryFolder()

  private var finder: ModelFinder {
    ModelFinder(
      modelFolders: [home.file("data/models")], hub: HubCache(folder: home.file("hub")))
  }

  /// A folder that looks like a checkpoint; the weights are empty files.
  private func checkpoint(_ folder: String, pipeline: String = "StableDiffusionPipeline") throws {
    for name in [
      "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors",
      "text_encoder/model.safetensors", "vae/config.json", "text_encoder/config.json",
      "scheduler/scheduler_config.json", "tokenizer/vocab.json", "tokenizer/merges.txt",
    ] {
      try AtomicFile.write("".utf8, to: Folder.join(folder, name))
    }
    try AtomicFile.write("{}".utf8, to: Folder.join(folder, "unet/config.json"))
    try AtomicFile.write(
      "{\"_class_name\": \"\(pipeline)\"}".utf8, to: Folder.join(folder, "model_index.json"))
  }

  private func cached(_ repository: String, commit: String = "abc", ref: String? = "abc") throws
    -> String
  {
    let name = "models--" + repository.split(separator: "/").joined(separator: "--")
    let folder = home.file("hub/\(name)")
    try checkpoint("\(folder)/snapshots/\(commit)")
    if let ref { try AtomicFile.write("\(ref)\n".utf8, to: "\(folder)/refs/main") }
    return "\(folder)/snapshots/\(commit)"
  }

  @Test(arguments: [
    ("sd15", "sd15"), ("SD1.5", "sd15"), ("SD-1.5", "sd15"), ("sd 1_5", "sd15"),
    ("SD-Turbo", "sdturbo"), ("sdturbo", "sdturbo"), ("SD_2.1", "sd21"), ("sd2.0", "sd20"),
    ("CompVis/stable-diffusion-v1-4", "sd14"), ("stabilityai/sd-turbo", "sdturbo"),
  ])
  func `names match whatever their case and dashes`(_ name: String, _ short: String) {
    #expect(ModelName.find(name)?.short == short)
  }

  @Test func `a name is looked up in the cache by its refs`() throws {
    _ = try cached("stabilityai/sd-turbo", commit: "old", ref: nil)
    let snapshot = try cached("stabilityai/sd-turbo")
    let found = try finder.open("SD-Turbo")
    #expect(found.folder == snapshot)
    #expect(found.name == "sdturbo")
    #expect(found.repository == "stabilityai/sd-turbo")
    #expect(try finder.open("stabilityai/sd-turbo") == found)
    #expect(try finder.open(home.file("hub/models--stabilityai--sd-turbo")) == found)
  }

  @Test func `other repositories of the cache go by their name`() throws {
    let snapshot = try cached("some-one/my--model")
    #expect(try finder.open("some-one/my--model").folder == snapshot)
    #expect(try finder.open("some-one/my--model").name == "my--model")
  }

  @Test func `built-in models come before the cache`() throws {
    try checkpoint(home.file("data/models/mini-untrained"))
    try checkpoint(home.file("data/models/sd15"))
    _ = try cached("stable-diffusion-v1-5/stable-diffusion-v1-5")
    #expect(try finder.open("Mini_Untrained").folder == home.file("data/models/mini-untrained"))
    #expect(try finder.open("sd15").folder == home.file("data/models/sd15"))
  }

  @Test func `a folder goes by its path and lends its name`() throws {
    try checkpoint(home.file("my model"))
    let found = try finder.open(home.file("my model/"))
    #expect(found.name == "my_model")
    #expect(found.folder == home.file("my model"))
  }

  @Test(arguments: [
    ("sd15", "hf download stable-diffusion-v1-5/stable-diffusion-v1-5"),
    ("SD 2.1", "hf download stabilityai/stable-diffusion-2-1"),
    ("some/thing", "hf download some/thing"),
    ("sdxl", "SDXL is not supported"), ("FLUX.dev", "FLUX-dev is not supported"),
    ("SD3", "Stable Diffusion 1.x"), ("nonsense", "known are"), ("", "found none"),
    ("/no/such/folder", "found none"), (".", "unet/config.json"),
  ])
  func `what is not there is told with what to do`(_ name: String, _ part: String) {
    let error = #expect(throws: ModelError.self) { try finder.open(name) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("StableDiffusionXLPipeline", "SDXL"), ("StableDiffusion3Pipeline", "SD3"),
    ("FluxPipeline", "FLUX"), ("StableDiffusionInpaintPipeline", "inpainting"),
    ("KandinskyPipeline", "KandinskyPipeline"),
  ])
  func `other pipelines are refused by name`(_ pipeline: String, _ name: String) throws {
    try checkpoint(home.file("other"), pipeline: pipeline)
    let error = #expect(throws: ModelError.self) { try finder.open(home.file("other")) }
    #expect(error?.description.contains("(\(name))") == true || name == pipeline)
    #expect(error?.description.contains(pipeline) == true)
  }

  @Test func `an incomplete download is completed by the same command`() throws {
    let snapshot = try cached("stabilityai/sd-turbo")
    try AtomicFile.write("".utf8, to: "\(snapshot)/x")
    try removeFile("\(snapshot)/unet/diffusion_pytorch_model.safetensors")
    let error = #expect(throws: ModelError.self) { try finder.open("sdturbo") }
    #expect(
      error?.description.contains("unet/diffusion_pytorch_model.safetensors is missing") == true)
    #expect(error?.description.contains("hf download stabilityai/sd-turbo") == true)
    #expect(finder.all().first?.problem != nil)
  }

  @Test func `models lists what can be named`() throws {
    try checkpoint(home.file("data/models/mini"))
    _ = try cached("stabilityai/sd-turbo")
    let all = finder.all()
    #expect(all.map(\.name) == ["mini", "sdturbo"])
    #expect(all.map(\.source) == [.data, .hub])
    #expect(all.allSatisfy { $0.problem == nil })
    #expect(ModelTable.text(all).split(separator: "\n").count == 2)
    #expect(ModelTable.hint(all, finder).contains("sd15"))
  }

  @Test(arguments: [
    (["HF_HUB_CACHE": "/a", "HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"], "/a"),
    (["HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"], "/b"), (["HF_HOME": "/c"], "/c/hub"),
    (["HF_HOME": "~/c", "HOME": "/h"], "/h/c/hub"),
    (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/huggingface/hub"),
    (["HOME": "/h", "HF_HOME": ""], "/h/.cache/huggingface/hub"),
  ])
  func `the cache is where huggingface_hub has it`(_ variables: [String: String], _ folder: String)
  {
    #expect(HubCache(environment: variables).folder == folder)
  }
}
