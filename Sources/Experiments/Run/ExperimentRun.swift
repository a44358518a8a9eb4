package import Files
import Layers

/// One run: from a source of representations and a folder of images to the array files.
///
/// Work is done in units that leave files in `<output>/.cache`; a run that was killed finds them
/// and goes on, and ends with the same bytes.
package struct ExperimentRun: Sendable {
  /// What to compute.
  package let settings: RunSettings
  /// The checkpoint, for the fingerprint and provenance.
  package let model: ModelIdentity
  /// The images, all of them checked.
  package let images: ImageSet
  /// The units.
  package let plan: WorkPlan
  /// Where units leave their results.
  package var folder: WorkFolder
  /// What decides the results, as one hash.
  package let fingerprint: String
  /// Things left out, as sentences for the user.
  package let warnings: [String]

  /// Looks at the images and plans the work.
  ///
  /// - Throws: ``ExperimentError`` for settings that cannot be, unusable images, and experiments
  ///   asked for by name that cannot be done.
  package init(_ settings: RunSettings, model: ModelIdentity) throws(ExperimentError) {
    try settings.validate()
    try self.init(
      settings, model: model, images: ImageSet(folder: settings.images, limit: settings.limit))
  }

  /// Plans the work for images that have been looked at.
  ///
  /// - Throws: ``ExperimentError`` for settings that cannot be, label files that are none, and
  ///   experiments asked for by name that cannot be done.
  package init(
    _ settings: RunSettings, model: ModelIdentity, images: ImageSet
  ) throws(ExperimentError) {
    try settings.validate()
    var settings = settings
    let feasibility = Feasibility(settings, images)
    let refused = feasibility.refused
    if settings.experimentsAreNamed, let first = refused.first {
      throw ExperimentError(first.reason)
    }
    settings.experiments.subtract(refused.map(\.experiment))
    guard !settings.experiments.isEmpty else {
      throw ExperimentError(refused.map(\.reason).joined(separator: "; "))
    }
    warnings = refused.map { "left out \($0.experiment.rawValue): \($0.reason)" }
    plan = WorkPlan(
      experiments: settings.experiments, images: images.paths.count, width: images.width,
      height: images.height, batchSize: settings.batchSize, timestep: settings.timestep,
      probePasses: settings.probePasses)
    fingerprint = Fingerprint.of(settings, model, images)
    folder = WorkFolder(output: settings.output, name: settings.name, fingerprint: fingerprint)
    self.settings = settings
    self.model = model
    self.images = images
    if case .file(let path) = settings.labels, settings.experiments.contains(.anomalies) {
      _ = try LabelFile.read(
        path, images: images.paths.count, available: images.available,
        side: plan.grid.size(of: Layer(.up(1), .upsampler)).height)
    }
  }

  /// Does all work and writes the files; gives their names.
  ///
  /// - Parameters:
  ///   - makeSource: loads the network; called only where extractions are left to do.
  ///   - command: the command line for provenance.
  /// - Throws: ``ExperimentError``; what was done until then stays for the next run.
  package func run(
    version: String, command: String, progress: any ProgressSink,
    makeSource: () throws(ExperimentError) -> any RepresentationSource
  ) throws(ExperimentError) -> [String] {
    for warning in warnings { progress.warn(warning) }
    for other in folder.others(name: settings.name) {
      progress.warn("\(other) holds work of a run with other options that did not end; it may go")
    }
    try perform(plan.units, progress: progress, makeSource: makeSource)
    let written = try merge(version: version, command: command)
    folder.remove()
    return written
  }

  /// Writes the files from the results of all units; gives their names.
  ///
  /// Work files stay: ``WorkFolder/remove()`` ends the run.
  ///
  /// - Throws: ``ExperimentError``, for instance where a unit has not been done.
  package func merge(version: String, command: String) throws(ExperimentError) -> [String] {
    let outputs = OutputFiles(
      plan: plan, folder: folder, name: settings.name, labels: settings.labels, images: images,
      seed: settings.seed, writesNorms: settings.writesNorms, staging: try folder.staging())
    let written = try outputs.write()
    try record(written, outputs, version: version, command: command)
    return written.map(\.file)
  }

  /// Moves the files to the output folder and says in its provenance where they come from.
  private func record(
    _ written: [OutputFiles.Written], _ outputs: OutputFiles, version: String, command: String
  ) throws(ExperimentError) {
    let path = Folder.join(settings.output, "provenance_\(settings.name).json")
    var provenance = try Provenance.read(path, name: settings.name)
    var entries: [String: Provenance.Entry] = [:]
    for file in written {
      let sha256: String
      do throws(FileError) { sha256 = try SHA256Hex.ofFile(outputs.path(file.file)) } catch {
        throw ExperimentError(error)
      }
      var entry = Provenance.Entry(
        sha256: sha256, experiment: file.experiment.rawValue, checkpoint: model.checkpoint,
        checkpointSHA256: model.hash, imagesSHA256: images.hash, imageCount: images.paths.count,
        imageSize: [images.width, images.height], options: settings.options(model),
        version: version, command: command)
      entry.corrected = file.corrected
      entry.labels = file.labels
      entry.imagePairs = file.imagePairs
      entries[file.file] = entry
    }
    try outputs.publish(written, to: settings.output)
    for file in staleFiles(provenance, written: Set(written.map(\.file)), version: version) {
      outputs.remove(file, recordedAs: provenance.arrays[file]?.sha256, from: settings.output)
      provenance.arrays[file] = nil
    }
    provenance.merge(
      entries,
      images: zip(images.paths, images.hashes).map {
        Provenance.ImageFile(file: Folder.name(of: $0), sha256: $1)
      }, hash: images.hash)
    do throws(FileError) { try AtomicFile.write(provenance.bytes, to: path) } catch {
      throw ExperimentError(error)
    }
  }
}
