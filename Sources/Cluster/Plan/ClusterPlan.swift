package import Experiments
import Files
import Foundation
package import StableDiffusion

/// Everything a task needs to know about its run: `.cluster/plan-<name>.json`.
///
/// docs/SCALE.md describes it. It holds what was found on the submitting host (hashes, sizes, the
/// experiments that can be done), so that a task neither looks at every image nor can disagree.
package struct ClusterPlan: Codable, Equatable, Sendable {
  /// The version of this layout.
  package var format = 1
  /// The model's name in file names.
  package var name: String
  /// What the token file must hold.
  package var token: String
  /// Tasks of each array, at most.
  package var tasks: Int
  /// Threads that extraction takes, as one machine would: oneDNN splits some small products by
  /// their number, which shows in the last digits.
  package var threads: Int
  /// The checkpoint.
  package var model: Model
  /// The images.
  package var images: Images
  /// What decides the arrays.
  package var settings: Settings
  /// The program's version.
  package var version: String
  /// The command for provenance.
  package var command: String
  /// The words of a command whose report the merge makes once the arrays are there; for
  /// `experiments` none.
  package var report: [String]

  /// A checkpoint's folder, and what ``ModelIdentity`` says of it.
  package struct Model: Codable, Equatable, Sendable {
    var folder: String
    var checkpoint: String
    var sha256: String
    var options: [String: String]
  }

  /// A folder of images as ``ImageSet`` found it.
  package struct Images: Codable, Equatable, Sendable {
    var folder: String
    var available: Int
    var width: Int
    var height: Int
    var files: [Provenance.ImageFile]
  }

  /// ``RunSettings`` and the part of ``ExtractionSettings`` that experiments set.
  package struct Settings: Codable, Equatable, Sendable {
    var experiments: [String]
    var labels: String
    var labelsSHA256: String?
    var limit: Int?
    var batchSize: Int
    var timestep: Int
    var seed: UInt64
    var memory: Int
    var probePasses: Int
    var writesNorms: Bool
  }

  /// One hash over what decides the final files: not the token and not the number of tasks.
  package var identity: String {
    var same = self
    same.token = ""
    same.tasks = 0
    same.settings.memory = 0
    return SHA256Hex.of(same.bytes)
  }

  /// The file's bytes, keys sorted.
  package var bytes: [UInt8] { JSONFile.bytes(self) }

  /// The model's identity as the submitting host found it.
  package var modelIdentity: ModelIdentity {
    ModelIdentity(checkpoint: model.checkpoint, hash: model.sha256, options: model.options)
  }

  /// The network's settings.
  ///
  /// - Throws: ``ClusterError`` where the plan holds an option that this program does not know.
  package func extraction() throws(ClusterError) -> ExtractionSettings {
    var settings = ExtractionSettings()
    settings.seed = self.settings.seed
    settings.prompt = model.options["prompt"] ?? ""
    settings.pixelRange = try option("pixel-range")
    settings.weights = try option("weights")
    settings.precision = try option("precision")
    settings.backend = try option("backend")
    return settings
  }

  private func option<Value: RawRepresentable<String>>(
    _ key: String
  ) throws(ClusterError) -> Value {
    let text = model.options[key] ?? ""
    guard let value = Value(rawValue: text) else {
      throw ClusterError("the plan of \(name): expected a known \(key), found \"\(text)\"")
    }
    return value
  }

  /// The run, its arrays going to `output`; nothing but the label file is looked at.
  ///
  /// - Parameter readsLabels: false for who only wants to know the units and where they lie.
  /// - Throws: ``ClusterError`` where the plan cannot be, or the label file is another.
  package func run(
    output: String, readsLabels: Bool = true
  ) throws(ClusterError) -> ExperimentRun {
    let experiments = settings.experiments.compactMap { Experiment(rawValue: $0) }
    guard experiments.count == settings.experiments.count else {
      throw ClusterError(
        "the plan of \(name): expected known experiments, found"
          + " \(settings.experiments.joined(separator: ", "))")
    }
    var run = RunSettings(
      name: name, images: images.folder, output: output, experiments: Set(experiments))
    run.limit = settings.limit
    run.batchSize = settings.batchSize
    run.timestep = settings.timestep
    run.seed = settings.seed
    run.memory = settings.memory
    run.probePasses = settings.probePasses
    run.writesNorms = settings.writesNorms
    run.labels = try readsLabels || settings.labels == "none" ? labels() : .automatic
    let set = ImageSet(
      folder: images.folder, files: images.files.map { ($0.file, $0.sha256) },
      available: images.available, width: images.width, height: images.height)
    do throws(ExperimentError) {
      var result = try ExperimentRun(run, model: modelIdentity, images: set)
      result.folder.durable = true
      return result
    } catch { throw ClusterError(error) }
  }

  private func labels() throws(ClusterError) -> RunSettings.Labels {
    switch settings.labels {
    case "none": return .none
    case "auto": return .automatic
    default:
      let hash: String
      do throws(FileError) { hash = try SHA256Hex.ofFile(settings.labels) } catch {
        throw ClusterError(error)
      }
      guard hash == settings.labelsSHA256 else {
        throw ClusterError(
          "\(settings.labels): expected the labels as they were at submission, found others;"
            + " submit again")
      }
      return .file(settings.labels)
    }
  }
}
