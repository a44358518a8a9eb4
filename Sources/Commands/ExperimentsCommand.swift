public import ArgumentParser
public import Experiments
import Files
import StableDiffusion

/// `unetlens experiments`: the cached arrays that figures are drawn from.
struct ExperimentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments",
    abstract: "Compute the arrays behind the figures from a checkpoint and a folder of images.",
    discussion: """
      Example: unetlens experiments --model sd15 --images data/images --output data

      Position estimation, token-group similarities, relative norms of high-norm anomalies, norm \
      maps, norm/similarity histograms, small maps for single figures, and what the latents hold already, \
      as docs/METHOD.md describes them; the files are those \
      of docs/FORMATS.md. One U-Net pass over an image and its noise serves all layers. A run that \
      was stopped goes on where it was when the same command is given again.
      """)

  @Option(
    name: [.customLong("models"), .customLong("model")], parsing: .upToNextOption,
    help: "Models by name (see unetlens models) or diffusers folder, one after the other.")
  var models: [String]

  @Option(name: .long, help: "The model's name in file names; by default its own.")
  var name: String?

  @Option(
    name: .long, help: "The folder of images, all of one size; their order is that of their names.")
  var images: String

  @Option(name: .long, help: "The folder that the arrays go to.")
  var output: String

  @Option(
    name: .long, parsing: .upToNextOption,
    help: """
      Which of position, token-groups, anomalies, norms, histograms, maps, inputs; by default all \
      that can be done.
      """)
  var experiments: [Experiment] = []

  @Option(
    name: .long,
    help: """
      High-norm anomalies: a .npy file of int64 [N, 3] (image, x, y), or auto for those that the \
      detector finds.
      """)
  var labels: String?

  @Option(name: .long, help: "Use only the folder's first images.")
  var limit: Int?

  @Option(
    name: .long,
    help: """
      Passes over the tokens for each of a probe's five accuracies; the published 1 is for hundreds \
      of images.
      """)
  var probePasses = 1

  @Flag(
    name: .customLong("norm-maps"), inversion: .prefixedNo,
    help: """
      Write representation_norms_<model>.pt, the norm of every token of every image: by far the \
      largest file.
      """)
  var writesNorms = true

  @Option(name: .long, help: "Memory to keep tokens in, beside the network's: 8G, 500M.")
  var memory = MemorySize(bytes: 8 << 30)

  @OptionGroup var extraction: ExtractionOptions
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    if name != nil && models.count > 1 {
      throw ValidationError("--name names one model; \(models.count) were given.")
    }
    if extraction.seed.value == nil {
      throw ValidationError("--seed none: experiments need a seed, so that they can be repeated.")
    }
  }

  func run() throws {
    let progress = shared.progress
    let finder = ModelFinder.standard()
    // All models are looked for, and all images, before the first hour of work.
    let runs = try models.map { model in
      let checkpoint = try finder.open(model)
      let identity = try ModelIdentity(checkpoint, settings: extraction.settings())
      return (try ExperimentRun(settings(checkpoint), model: identity), checkpoint, model)
    }
    try Self.checkNames(runs.map { run, checkpoint, _ in (run.settings.name, checkpoint.folder) })
    if cluster.scheduler != nil {
      let jobs = runs.map { run, checkpoint, model in
        ClusterOptions.Job(
          run: run, checkpoint: checkpoint, command: command(model, run.settings))
      }
      try cluster.submit(jobs, output: output, shared: shared)
      guard cluster.waits else { return }
      for file in try cluster.files(of: jobs, output: output, shared: shared) { print(file) }
      return
    }
    for (run, checkpoint, model) in runs {
      let files = try run.run(
        version: Version.current, command: command(model, run.settings), progress: progress
      ) { () throws(ExperimentError) in
        do throws(ModelError) {
          return CheckpointSource(
            try RepresentationExtractor(
              checkpoint, settings: extraction.settings(), imageSide: run.images.width,
              progress: progress))
        } catch { throw ExperimentError(error.description) }
      }
      for file in files { print(Folder.join(output, file)) }
    }
  }

  /// Refuses models of one name: the second would take the place of the first one's files.
  private static func checkNames(_ models: [(name: String, folder: String)]) throws {
    for (place, model) in models.enumerated() {
      if let first = models[..<place].first(where: { $0.name == model.name }) {
        throw ValidationError(
          "--models: \(first.folder) and \(model.folder) are both called \(model.name) in file names; "
            + "run them one by one with --name.")
      }
    }
  }

  private func settings(_ checkpoint: Checkpoint) -> RunSettings {
    var settings = RunSettings(
      name: name ?? checkpoint.name, images: images, output: output,
      experiments: experiments.isEmpty ? nil : Set(experiments))
    settings.labels = labels.map { $0 == "auto" ? .automatic : .file($0) } ?? .none
    settings.limit = limit
    settings.batchSize = extraction.batchSize
    settings.timestep = extraction.timestep
    settings.seed = extraction.seed.value ?? 42
    settings.memory = memory.bytes
    settings.writesNorms = writesNorms
    settings.probePasses = probePasses
    return settings
  }

  /// The command that makes the same arrays, for provenance: folders by their last name, and only
  /// what decides values.
  private func command(_ model: String, _ settings: RunSettings) -> String {
    var words = ["unetlens", "experiments", "--model", Folder.name(of: model)]
    words += ["--name", settings.name, "--images", Folder.name(of: images)]
    words += ["--experiments"]
    words += Experiment.allCases.filter(settings.experiments.contains).map(\.rawValue)
    if let labels { words += ["--labels", Folder.name(of: labels)] }
    if let limit { words += ["--limit", "\(limit)"] }
    if probePasses != 1 { words += ["--probe-passes", "\(probePasses)"] }
    if !writesNorms { words.append("--no-norm-maps") }
    return (words + extraction.words).joined(separator: " ")
  }
}

extension Experiment: ExpressibleByArgument {}
