internal import ArgumentParser
internal import Files
internal import Foundation
internal import Labeler
internal import StableDiffusion

struct LabelOpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open the labelling page (the default).",
    discussion: """
      Extracts the norm maps with --model, or takes them from a file of norms; a folder that has \
      them already needs neither. The page is for this machine only unless --host says otherwise.

      Example:
        unetlens label labels --model sd15 --images data/images
        unetlens label labels --norms data/representation_norms_sd15.pt --images data/images
      """)

  @Argument(help: "The label folder; made where it is missing.", completion: .directory)
  var dir: String

  @Option(name: .long, help: "A model's name (see unetlens models) or a diffusers folder.")
  var model: String?

  @Option(name: .long, help: "A file of norms, as representation_norms_X.pt has them.")
  var norms: String?

  @Option(name: .long, help: "Folder of the images.", completion: .directory)
  var images: String?

  @Option(name: .long, help: "The block whose norms are shown.")
  var block = "up_blocks[1]"

  @Option(name: .long, help: "Tokens a side of the marked patch, 1 or 2.")
  var patch = 2

  @Option(name: .long, help: "Who labels; without it the page asks.")
  var labeler: String?

  @Option(name: .long, help: "Address to listen on; others than loopback open it to the network.")
  var host = "127.0.0.1"

  @Option(name: .long, help: "Port to listen on; 0 takes a free one.")
  var port = 0

  @OptionGroup var extraction: ExtractionOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    if model != nil, norms != nil { throw ValidationError("--model or --norms, not both") }
    if model != nil, images == nil { throw ValidationError("--model needs --images") }
    if !(1...2).contains(patch) { throw ValidationError("--patch must be 1 or 2") }
    if !(0...65535).contains(port) { throw ValidationError("--port must be 0 to 65535") }
  }

  func run() async throws {
    if model == nil, norms == nil, try LabelProject.read(dir) == nil {
      throw LabelError(
        "\(dir): expected a label folder with norm maps, found none: name --model and --images, or"
          + " --norms")
    }
    let photos = try images.map { (folder) throws in try PhotoList(folder: folder) } ?? PhotoList()
    let store = try LabelStore(dir)
    let project = try project()
    let broken = await store.contents.brokenLines
    if broken > 0 {
      shared.progress.warn("\(dir): \(broken) lines cut off by a crash are left out")
    }
    let server = try LabelServer(
      folder: dir, store: store, project: project, photos: photos, labeler: labeler, host: host,
      port: port)
    try await server.run { address in
      print(address)
      fflush(nil)
    }
  }

  private func project() throws -> LabelProject {
    if let model, let images { return try extracted(model, images) }
    if let norms {
      let maps = try NormMaps(file: norms, block: block)
      return try LabelProject.create(
        in: dir, maps: maps,
        settings: LabelProject.Settings(
          block: block, patch: patch, normsFile: Folder.name(of: norms), maps: maps),
        suggestions: Candidates.find(in: maps, patch: patch))
    }
    guard let project = try LabelProject.read(dir) else {
      throw LabelError("\(dir): its project.json has gone meanwhile")
    }
    return project
  }

  private func extracted(_ model: String, _ folder: String) throws -> LabelProject {
    let checkpoint = try ModelFinder.standard().open(model)
    let list = try ImageList([folder])
    let extractor = try RepresentationExtractor(
      checkpoint, settings: extraction.settings(), imageSide: list.largestSide,
      progress: shared.progress)
    let work = try NormExtraction(
      extractor, images: list, block: block, timestep: extraction.timestep,
      batchSize: extraction.batchSize, folder: dir)
    let maps = try work.run(progress: shared.progress)
    let project = try LabelProject.create(
      in: dir, maps: maps,
      settings: LabelProject.Settings(
        model: checkpoint.name, block: block, timestep: extraction.timestep,
        seed: extraction.seed.value, batchSize: extraction.batchSize, patch: patch, maps: maps),
      suggestions: Candidates.find(in: maps, patch: patch))
    work.discardCache()
    return project
  }
}
