package import Files
import Layers

extension ExperimentRun {
  /// Does those of `units` that have not been done, extractions first.
  ///
  /// - Parameters:
  ///   - units: some or all of ``WorkPlan/units``, in any order.
  ///   - makeSource: loads the network; called only where extractions are left to do.
  /// - Throws: ``ExperimentError``; what was done until then stays.
  package func perform(
    _ units: [WorkUnit], progress: any ProgressSink,
    makeSource: () throws(ExperimentError) -> any RepresentationSource
  ) throws(ExperimentError) {
    try folder.create()
    var extractions: [Extraction] = []
    var probes: [Int] = []
    var probesInputs = false
    var histograms: [(block: Int, timestep: Int)] = []
    for unit in units {
      switch unit {
      case .extract(let extraction): extractions.append(extraction)
      case .probe(let layer): probes.append(layer)
      case .inputProbe: probesInputs = true
      case .histogram(let block, let timestep): histograms.append((block, timestep))
      }
    }
    try extract(extractions, progress, makeSource)
    try trainProbes(probes, progress)
    if probesInputs { try probeInputs(progress) }
    try countPairs(histograms, progress)
  }

  private func extract(
    _ extractions: [Extraction], _ progress: any ProgressSink,
    _ makeSource: () throws(ExperimentError) -> any RepresentationSource
  ) throws(ExperimentError) {
    let left = extractions.filter { !folder.isDone(.extract($0)) }
    if left.isEmpty { return }
    let total = extractions.reduce(0) { $0 + $1.images.count }
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

  private func trainProbes(
    _ layers: [Int], _ progress: any ProgressSink
  ) throws(ExperimentError) {
    let left = layers.filter { !folder.isDone(.probe($0)) }
    if left.isEmpty { return }
    let workers = Workers()
    let work = ProbeWork(
      plan: plan, folder: folder, seed: settings.seed,
      memory: settings.memory / 2 / workers.count)
    let starts = try work.starts(upTo: left.max() ?? 0)
    let before = layers.count - left.count
    try workers.run(left.count) { done in
      progress.report("Training probes", done: before + done, of: layers.count)
    } body: { (index) throws(ExperimentError) in
      try work.run(left[index], start: starts[left[index]])
    }
  }

  private func probeInputs(_ progress: any ProgressSink) throws(ExperimentError) {
    guard !folder.isDone(.inputProbe) else { return }
    progress.report("Probing the latents", done: 0, of: 1)
    try InputWork(plan: plan, folder: folder, seed: settings.seed).run()
    progress.report("Probing the latents", done: 1, of: 1)
  }

  private func countPairs(
    _ histograms: [(block: Int, timestep: Int)], _ progress: any ProgressSink
  ) throws(ExperimentError) {
    let left = histograms.filter {
      !folder.isDone(.histogram(block: $0.block, timestep: $0.timestep))
    }
    if left.isEmpty { return }
    let work = HistogramWork(plan: plan, folder: folder, seed: settings.seed)
    let before = histograms.count - left.count
    try Workers().run(left.count) { done in
      progress.report("Counting token pairs", done: before + done, of: histograms.count)
    } body: { (index) throws(ExperimentError) in
      try work.run(block: left[index].block, timestep: left[index].timestep)
    }
  }
}
