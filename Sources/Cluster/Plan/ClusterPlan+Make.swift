package import Experiments
import Files
import Foundation
package import StableDiffusion

extension ClusterPlan {
  /// The plan of `run`, which has looked at every image.
  ///
  /// - Parameters:
  ///   - tasks: tasks of each array, at most.
  ///   - command: the command line for provenance.
  ///   - report: the words of a command whose report the merge makes; none for `experiments`.
  /// - Throws: ``ClusterError`` where the label file cannot be read.
  package init(
    _ run: ExperimentRun, checkpoint: Checkpoint, tasks: Int, version: String, command: String,
    report: [String] = []
  ) throws(ClusterError) {
    let settings = run.settings
    var labels = "none"
    var labelsHash: String?
    switch settings.labels {
    case .none: break
    case .automatic: labels = "auto"
    case .file(let path):
      labels = Self.absolute(path)
      do throws(FileError) { labelsHash = try SHA256Hex.ofFile(path) } catch {
        throw ClusterError(error)
      }
    }
    self.init(
      name: settings.name, token: Self.newToken(), tasks: tasks, threads: Self.threads,
      model: Model(
        folder: Self.absolute(checkpoint.folder), checkpoint: run.model.checkpoint,
        sha256: run.model.hash, options: run.model.options),
      images: Images(
        folder: Self.absolute(settings.images), available: run.images.available,
        width: run.images.width, height: run.images.height,
        files: zip(run.images.paths, run.images.hashes).map {
          Provenance.ImageFile(file: Folder.name(of: $0), sha256: $1)
        }),
      settings: Settings(
        experiments: Experiment.allCases.filter(settings.experiments.contains).map(\.rawValue),
        labels: labels, labelsSHA256: labelsHash, limit: settings.limit,
        batchSize: settings.batchSize, timestep: settings.timestep, seed: settings.seed,
        memory: settings.memory, probePasses: settings.probePasses,
        writesNorms: settings.writesNorms),
      version: version, command: command, report: report)
  }

  /// The plan that was written for the model `name`.
  ///
  /// - Throws: ``ClusterError`` where it is missing or no such file.
  package static func read(_ name: String, in folder: ClusterFolder) throws(ClusterError)
    -> ClusterPlan
  {
    let plan = try JSONFile.read(ClusterPlan.self, from: folder.plan(name))
    guard plan.format == 1, plan.name == name, plan.tasks > 0 else {
      throw ClusterError(
        "\(folder.plan(name)): expected the plan of \(name) in format 1; submit again")
    }
    return plan
  }

  /// `path` from the root, links as they are: nodes may mount what a link leads to elsewhere.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let here = FileManager.default.currentDirectoryPath
    var path = Substring(path)
    while path.hasPrefix("./") { path = path.dropFirst(2) }
    return path == "." || path.isEmpty ? here : Folder.join(here, String(path))
  }

  /// The threads of this process's extractions: what `OMP_NUM_THREADS` says, else every core.
  package static var threads: Int {
    let wanted = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"].flatMap { Int($0) }
    return max(1, wanted ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  private static func newToken() -> String {
    (0..<2).map { _ in
      let part = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - part.count) + part
    }.joined()
  }
}
