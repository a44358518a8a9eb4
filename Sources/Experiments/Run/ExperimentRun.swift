import Dispatch
public import Files
import Layers
import Networks
import Synchronization

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
  package let folder: WorkFolder
  /// Things left out, as sentences for the user.
  package let warnings: [String]

  /// Looks at the images and plans the work.
  ///
  /// - Throws: ``ExperimentError`` for settings that cannot be, unusable images, and experiments
  ///   asked for by name that cannot be done.
  package init(_ settings: RunSettings, model: ModelIdentity) throws(ExperimentError) {
    try settings.validate()
    var settings = settings
    let images = try ImageSet(folder: settings.images, limit: settings.limit)
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
      height: images.height, batchSize: settings.batchSize, timestep: settings.timestep)
    let fingerprint = Fingerprint.of(settings, model, images)
    folder = try WorkFolder(
      output: settings.output, name: settings.name, fingerprint: fingerprint)
    self.settings = settings
    self.model = model
    self.images = images
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
    try extract(progress, makeSource)
    try trainProbes(progress)
    try probeInputs(progress)
    try countPairs(progress)
    let outputs = OutputFiles(
      plan: plan, folder: folder, name: settings.name, labels: settings.labels, images: images,
      seed: settings.seed, writesNorms: settings.writesNorms)
    let written = try outputs.write()
    try record(written, outputs, version: version, command: command)
    folder.remove()
    return written.map(\.file)
  }

  private func extract(
    _ progress: any ProgressSink,
    _ makeSource: () throws(ExperimentError) -> any RepresentationSource
  ) throws(ExperimentError) {
    let left = plan.extractions.filter { !folder.isDone(.extract($0)) }
    if left.isEmpty { return }
    let total = plan.extractions.reduce(0) { $0 + $1.images.count }
    var done = total - left.reduce(0) { $0 + $1.images.count }
    let source = try makeSource()
    for extraction in left {
      let work = ExtractionWork(
        extraction: extraction, images: images, folder: folder, grid: plan.grid)
      try work.run(source) {
        done += 1
        progress.report("Extracting representations", done: done, of: total)
      }
      try checkSpace(after: extraction)
    }
  }

  /// Whether the disk can take what is still to come, judged by what one batch took.
  private func checkSpace(after extraction: Extraction) throws(ExperimentError) {
    guard !extraction.spilled.isEmpty, let free = folder.freeBytes,
      let size = folder.size(of: folder.tokensPath(extraction))
    else { return }
    let perImage = size / extraction.images.count
    let rest = plan.extractions.filter { !$0.spilled.isEmpty && !folder.isDone(.extract($0)) }
    let needed = rest.reduce(0) { $0 + $1.images.count } * perImage
    if needed > free {
      throw ExperimentError(
        "\(folder.path): work files need \(needed >> 20) MB more, only \(free >> 20) MB are free;"
          + " use another --output or a smaller --limit")
    }
  }

  private func trainProbes(_ progress: any ProgressSink) throws(ExperimentError) {
    guard plan.experiments.contains(.position) else { return }
    let left = Layer.experiments.indices.filter { !folder.isDone(.probe($0)) }
    if left.isEmpty { return }
    let workers = Workers()
    let work = ProbeWork(
      plan: plan, folder: folder, seed: settings.seed,
      memory: settings.memory / 2 / workers.count)
    let starts = try work.starts()
    let count = Layer.experiments.count
    let before = count - left.count
    try workers.run(left.count) { done in
      progress.report("Training probes", done: before + done, of: count)
    } body: { (index) throws(ExperimentError) in
      try work.run(left[index], start: starts[left[index]])
    }
  }

  private func probeInputs(_ progress: any ProgressSink) throws(ExperimentError) {
    guard plan.experiments.contains(.inputs), !folder.isDone(.inputProbe) else { return }
    progress.report("Probing the latents", done: 0, of: 1)
    try InputWork(plan: plan, folder: folder, seed: settings.seed).run()
    progress.report("Probing the latents", done: 1, of: 1)
  }

  private func countPairs(_ progress: any ProgressSink) throws(ExperimentError) {
    let units = plan.units.filter {
      if case .histogram = $0 { true } else { false }
    }
    let left = units.filter { !folder.isDone($0) }
    if left.isEmpty { return }
    let work = HistogramWork(plan: plan, folder: folder, seed: settings.seed)
    let before = units.count - left.count
    try Workers().run(left.count) { done in
      progress.report("Counting token pairs", done: before + done, of: units.count)
    } body: { (index) throws(ExperimentError) in
      if case .histogram(let block, let timestep) = left[index] {
        try work.run(block: block, timestep: timestep)
      }
    }
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
    provenance.merge(
      entries,
      images: zip(images.paths, images.hashes).map {
        Provenance.ImageFile(file: Folder.name(of: $0), sha256: $1)
      }, hash: images.hash)
    try outputs.publish(written, to: settings.output)
    do throws(FileError) { try AtomicFile.write(provenance.bytes, to: path) } catch {
      throw ExperimentError(error)
    }
  }
}
