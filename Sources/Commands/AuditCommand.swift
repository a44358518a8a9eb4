public import ArgumentParser
import Audit
import Cluster
import Experiments
import Files
import StableDiffusion

/// `unetlens audit`: everything about one checkpoint, in one command.
public struct AuditCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Audit a checkpoint: all experiments, all figures, and a report page.",
    discussion: """
      Example: unetlens audit --model path/to/checkpoint --images photos --output audit

      The output folder gets the arrays, figures/ as PNG, PDF and SVG, audit.json, and index.html, \
      which opens from a disk and loads nothing. The report says in which layers position can be \
      read, how far corners and borders stand out, which tokens have anomalous norms, and which layers \
      meet the criteria; docs/AUDIT.md lists these and how to change them. An audit that was stopped \
      goes on where it was when the same command is given again.

      With --check the exit status is 0 where every criterion holds in every judged layer, 2 where \
      one does not, 1 on an error.
      """)

  @Option(name: .long, help: "The checkpoint: a diffusers folder, or a name (see unetlens models).")
  var model: String

  @Option(
    name: .long, help: "The folder of images, all of one size; their order is that of their names.")
  var images: String

  @Option(name: .long, help: "The folder that everything goes to.")
  var output: String

  @Option(name: .long, help: "The model's name in file names and report; by default its own.")
  var name: String?

  @Option(
    name: .long,
    help: """
      High-norm anomalies: auto for those that the detector finds, or a .npy file of int64 [N, 3] \
      (image, x, y).
      """)
  var labels = "auto"

  @Option(name: .long, help: "Use only the folder's first images.")
  var limit: Int?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Models to put beside it, by name: built-in ones, or any whose arrays lie in --data.")
  var compare: [String] = []

  @Option(
    name: .long,
    help: "The folder with the arrays of other models (default: data, here or beside the program).")
  var data: String?

  @Option(name: .long, help: "A YAML file of limits (default: those of docs/AUDIT.md).")
  var criteria: String?

  @Flag(name: .long, help: "Exit with 2 where a criterion does not hold, and print which.")
  var check = false

  @Option(
    name: .long,
    help: "Passes over the tokens for each of a probe's five accuracies, as for experiments.")
  var probePasses = 1

  @Option(name: .long, help: "Memory that the audit may take: 8G, 500M.")
  var memory = MemorySize(bytes: 8 << 30)

  @Option(
    name: .long, help: "The folder of templates (default: Templates, here or beside the program).")
  var templates: String?

  @OptionGroup var extraction: ExtractionOptions
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Refuses what experiments cannot have.
  public func validate() throws {
    if extraction.seed.value == nil {
      throw ValidationError("--seed none: an audit needs a seed, so that it can be repeated.")
    }
    // Status 0 must not mean that nothing was looked at.
    if check && cluster.scheduler != nil && !cluster.waits {
      throw ValidationError("--check needs the report: with --cluster it goes with --wait.")
    }
  }

  /// Audits, and prints the paths of the report and of `audit.json`.
  public func run() throws {
    let (audit, checkpoint) = try audit()
    // Once the arrays are there the report needs seconds, and no job.
    if cluster.scheduler != nil, cluster.dryRun || !audit.isComputed {
      let job = ClusterOptions.Job(
        run: audit.experiments, checkpoint: checkpoint, command: audit.settings.command,
        report: words(audit, checkpoint))
      try cluster.submit([job], output: output, shared: shared)
      guard cluster.waits else { return }
      _ = try cluster.files(of: [job], output: output, shared: shared)
    }
    let outcome = try audit.run(progress: shared.progress)
    if check { for failure in outcome.failures { print(failure) } }
    print(outcome.page)
    print(outcome.document)
    if check && !outcome.holds { throw ExitCode(2) }
  }

  /// The audit that the options ask for, and its checkpoint.
  func audit() throws -> (AuditRun, Checkpoint) {
    let checkpoint = try ModelFinder.standard().open(model)
    let audit = try AuditRun(
      checkpoint, settings: settings(checkpoint), extraction: extraction.settings())
    return (audit, checkpoint)
  }

  /// The words that ask for the same audit anywhere on a shared file system.
  private func words(_ audit: AuditRun, _ checkpoint: Checkpoint) -> [String] {
    let absolute = ClusterPlan.absolute
    var words = ["--model", absolute(checkpoint.folder), "--name", audit.name]
    words += ["--images", absolute(images), "--output", absolute(output)]
    words += ["--labels", labels == "auto" ? labels : absolute(labels)]
    if let limit { words += ["--limit", "\(limit)"] }
    if !compare.isEmpty { words += ["--compare"] + compare }
    if let data = audit.settings.data { words += ["--data", absolute(data)] }
    if let criteria { words += ["--criteria", absolute(criteria)] }
    words += ["--probe-passes", "\(probePasses)"]
    words += ["--memory", memory.description, "--templates", absolute(audit.settings.templates)]
    return ["audit"] + words + extraction.words
  }

  /// What the options ask for.
  func settings(_ checkpoint: Checkpoint) throws -> AuditSettings {
    var run = RunSettings(name: name ?? checkpoint.name, images: images, output: output)
    run.labels = labels == "auto" ? .automatic : .file(labels)
    run.limit = limit
    run.batchSize = extraction.batchSize
    run.timestep = extraction.timestep
    run.seed = extraction.seed.value ?? 42
    run.memory = memory.bytes
    run.probePasses = probePasses
    guard let templates = templates ?? Folder.beside(program: "Templates") else {
      throw ValidationError(
        "expected the folder Templates here or beside the program, found none; --templates names it."
      )
    }
    var settings = AuditSettings(
      run, templates: templates, version: Version.current, command: command(run))
    if let criteria { settings.criteria = try CriteriaFile.read(criteria) }
    settings.compared = compare
    settings.data = data ?? Folder.beside(program: "data")
    return settings
  }

  /// The command that makes the same arrays, for provenance: folders by their last name, and only
  /// what decides values.
  private func command(_ run: RunSettings) -> String {
    var words = ["unetlens", "audit", "--model", Folder.name(of: model), "--name", run.name]
    words += ["--images", Folder.name(of: images), "--labels", Folder.name(of: labels)]
    if let limit { words += ["--limit", "\(limit)"] }
    if probePasses != 1 { words += ["--probe-passes", "\(probePasses)"] }
    return (words + extraction.words).joined(separator: " ")
  }
}
