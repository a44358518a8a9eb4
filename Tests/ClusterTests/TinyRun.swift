import Cluster
import Experiments
import Files
import Images
import Networks
import StableDiffusion
import TestSupport
import Testing

/// Small runs of the committed checkpoint, on one machine and as a cluster's plan.
enum TinyRun {
  static let name = "tiny"
  static let command = "unetlens experiments --model tiny"
  static let checkpoint = Folder.join(SharedMaterial.fixtures, "tiny/sd1")

  /// Ten random pictures of 192 x 192 pixels: at four a batch, three batches and 21 extractions.
  static let images = {
    let folder = TemporaryFolder()
    for index in 0..<10 { try? writeImage(index, to: folder) }
    return folder
  }()

  static func writeImage(_ index: Int, to folder: TemporaryFolder) throws {
    var generator = TorchGenerator(seed: UInt64(index))
    let pixels = (0..<192 * 192 * 3).map { _ in UInt8(generator.next32() & 0xff) }
    try PNGFile.write(
      RGBImage(width: 192, height: 192, pixels: pixels), to: folder.file("0\(index).png"))
  }

  /// The run as one machine would do it.
  static func run(
    _ output: TemporaryFolder, images: TemporaryFolder = images, checkpoint: String = checkpoint
  ) throws -> (run: ExperimentRun, checkpoint: Checkpoint) {
    var settings = RunSettings(name: name, images: images.path, output: output.path)
    settings.batchSize = 4
    settings.labels = .automatic
    settings.memory = 1 << 30
    let checkpoint = try Checkpoint(folder: checkpoint)
    let identity = try ModelIdentity(checkpoint, settings: ExtractionSettings())
    return (try ExperimentRun(settings, model: identity), checkpoint)
  }

  /// The final files of one machine, by name.
  static let expected = Result {
    let output = TemporaryFolder()
    let (planned, checkpoint) = try run(output)
    _ = try planned.run(version: "test", command: command, progress: SilentProgress()) {
      () throws(ExperimentError) in
      do throws(ModelError) {
        return CheckpointSource(
          try RepresentationExtractor(
            checkpoint, settings: ExtractionSettings(), imageSide: 192,
            progress: SilentProgress()))
      } catch { throw ExperimentError(error.description) }
    }
    return try contents(output)
  }

  /// The plan of the same run in `tasks` tasks.
  static func plan(
    _ output: TemporaryFolder, tasks: Int, images: TemporaryFolder = images,
    checkpoint: String = checkpoint
  ) throws -> ClusterPlan {
    let (planned, checkpoint) = try run(output, images: images, checkpoint: checkpoint)
    return try ClusterPlan(
      planned, checkpoint: checkpoint, tasks: tasks, version: "test", command: command)
  }

  /// A plan written by a dry run, whose tasks a test does without Slurm.
  static func submitted(
    _ output: TemporaryFolder, tasks: Int, images: TemporaryFolder = images,
    checkpoint: String = checkpoint
  ) throws -> ClusterPlan {
    let plan = try plan(output, tasks: tasks, images: images, checkpoint: checkpoint)
    _ = try Submission(
      plan, output: output.path, options: SlurmOptions(""), program: "/bin/false"
    ).dryRun()
    return plan
  }

  /// One task, as a job's script would run it.
  static func perform(_ output: TemporaryFolder, _ stage: Stage, _ task: Int) throws {
    let runner = try TaskRunner(output: output.path, name: nil, token: nil, node: "here")
    try runner.perform(stage, task: task, progress: SilentProgress())
  }

  @discardableResult
  static func merge(_ output: TemporaryFolder) throws -> [String] {
    let runner = try TaskRunner(output: output.path, name: nil, token: nil, node: "here")
    return try runner.merge { (words) throws(ClusterError) in
      throw ClusterError("no report \(words)")
    }
  }

  /// Records where the final files in `output` are not those of one machine.
  static func expectAll(_ output: TemporaryFolder) throws {
    let files = try contents(output)
    let expected = try expected.get()
    #expect(files.keys.sorted() == expected.keys.sorted())
    for (name, bytes) in expected { #expect(files[name] == bytes, "\(name)") }
  }

  /// Names and bytes of a folder's files, without `.cluster` and `.cache`: the merge removes that only
  /// once the arrays are there.
  static func contents(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try Folder.names(in: folder.path) where !name.hasPrefix(".") {
      let file = try MappedFile(folder.file(name))
      files[name] = file.withBytes { Array($0) }
    }
    return files
  }
}
