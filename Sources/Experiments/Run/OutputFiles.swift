import Files
import Layers
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Turns the results of all units into the files that METHOD names.
///
/// Files are written into a staging folder first; ``publish(to:)`` moves them, so that a run that is
/// killed leaves no half of anything in the output folder.
struct OutputFiles {
  let plan: WorkPlan
  let folder: WorkFolder
  let name: String
  let labels: RunSettings.Labels
  let images: ImageSet
  let seed: UInt64
  let writesNorms: Bool
  /// Where files lie until they are published: a folder of this process alone.
  let staging: String

  /// One file that was written.
  struct Written {
    let file: String
    let experiment: Experiment
    var corrected: [String: [[[Double?]]]]?
    var labels: Provenance.LabelRecord?
    var imagePairs: [String: Int]?
  }

  /// Writes every file of the plan's experiments.
  func write() throws(ExperimentError) -> [Written] {
    var written: [Written] = []
    if plan.experiments.contains(.position) { written += try position() }
    if plan.experiments.contains(.tokenGroups) { written += try tokenGroups() }
    if !plan.experiments.isDisjoint(with: [.anomalies, .norms]) { written += try norms() }
    if plan.experiments.contains(.histograms) { written += try histograms() }
    if plan.experiments.contains(.maps) { written += try maps() }
    if plan.experiments.contains(.inputs) { written.append(try inputs()) }
    return written
  }

  /// Moves the written files to `output` under their names.
  func publish(_ written: [Written], to output: String) throws(ExperimentError) {
    for file in written {
      let target = Folder.join(output, file.file)
      guard rename(path(file.file), target) == 0 else {
        throw ExperimentError(FileError(target, doing: "put the new file in place", errno))
      }
    }
  }

  /// Removes a file that an earlier run left in `output`, unless somebody has changed it since.
  func remove(_ file: String, recordedAs hash: String?, from output: String) {
    let path = Folder.join(output, file)
    if let found = try? SHA256Hex.ofFile(path), found == hash { unlink(path) }
  }

  /// Where a file lies until it is published.
  func path(_ file: String) -> String { Folder.join(staging, file) }

  private func position() throws(ExperimentError) -> [Written] {
    let accuracies = Written(file: "accuracies_cls_\(name).pt", experiment: .position)
    let probes = Written(file: "position_probes_\(name).safetensors", experiment: .position)
    var values: [Float] = []
    var arrays: [(key: String, value: NDArray)] = []
    for (index, layer) in Layer.experiments.enumerated() {
      let result = try folder.result(of: .probe(index))
      values += try result.floats("accuracies")
      arrays.append(("\(layer.name).weight", try result.array("weight")))
      arrays.append(("\(layer.name).bias", try result.array("bias")))
    }
    let shape = [
      Layer.experiments.count, ProbeTraining.epochs, ProbeTraining.gridSizes.count,
    ]
    try ArrayFiles.writeTorch(.array(NDArray(values, shape: shape)), to: path(accuracies.file))
    try ArrayFiles.writeSafeTensors(
      arrays, metadata: ["timestep": "\(plan.timestep)"], to: path(probes.file))
    return [accuracies, probes]
  }

  private func tokenGroups() throws(ExperimentError) -> [Written] {
    var written = Written(
      file: "results_group_similarities_\(name).pt", experiment: .tokenGroups, corrected: [:])
    let units = plan.extractions.filter { !$0.groups.isEmpty }
    var results: [(extraction: Extraction, result: UnitResult)] = []
    for unit in units { results.append((unit, try folder.result(of: .extract(unit)))) }
    var entries: [(key: String, value: Archive)] = []
    for layer in Layer.experiments {
      let side = plan.grid.size(of: layer).height
      var sums = [GroupSums(), GroupSums()]
      for (extraction, result) in results where extraction.groups.contains(layer) {
        sums[extraction.crop == 0 ? 1 : 0].add(
          GroupSums(
            values: try result.array("groups/\(layer.name)").doubles(),
            images: extraction.images.count))
      }
      entries.append(
        (
          layer.name,
          .list(
            sums.map {
              .array(NDArray(GroupSimilarities.published($0, side: side), shape: [3, 3]))
            })
        ))
      written.corrected?[layer.name] = sums.map { sums in
        let values = GroupSimilarities.corrected(sums, side: side)
        return (0..<3).map { row in
          (0..<3).map { values[3 * row + $0].isFinite ? Double(values[3 * row + $0]) : nil }
        }
      }
    }
    try ArrayFiles.writeTorch(.dict(entries), to: path(written.file))
    return [written]
  }

  private func norms() throws(ExperimentError) -> [Written] {
    let norms = try NormArrays(plan, folder)
    let wanted: Experiment = plan.experiments.contains(.norms) ? .norms : .anomalies
    let maps = Written(file: "representation_norms_\(name).pt", experiment: wanted)
    var written: [Written] = []
    if writesNorms {
      try ArrayFiles.writeTorch(
        .dict(norms.arrays.map { ($0.layer.name, .array($0.array)) }), to: path(maps.file))
      written.append(maps)
    }
    if plan.experiments.contains(.norms) {
      let means = Written(file: "mean_norm_maps_\(name).safetensors", experiment: .norms)
      var arrays: [(key: String, value: NDArray)] = []
      for block in Layer.blockOutputs {
        if let mean = norms.mean(block.sameOutput) { arrays.append((block.name, mean)) }
      }
      try ArrayFiles.writeSafeTensors(
        arrays, metadata: ["timestep": "\(plan.timestep)"], to: path(means.file))
      let distributions = Written(
        file: "norm_distributions_\(name).safetensors", experiment: .norms)
      try ArrayFiles.writeSafeTensors(
        Layer.blockOutputs.flatMap { norms.distribution($0) },
        metadata: ["timestep": "\(plan.timestep)"], to: path(distributions.file))
      written += [means, distributions]
    }
    if plan.experiments.contains(.anomalies) { written += try anomalies(norms) }
    return written
  }

  private func anomalies(_ norms: NormArrays) throws(ExperimentError) -> [Written] {
    let layer = Layer(.up(1), .upsampler)
    let side = plan.grid.size(of: layer).height
    let detector = AnomalyDetector()
    let found = (0..<plan.images).flatMap {
      detector.detect(norms.map(layer, image: $0), image: $0)
    }
    var written: [Written] = []
    var record: Provenance.LabelRecord
    var used = found
    if case .file(let file) = labels {
      used = try LabelFile.read(
        file, images: plan.images, available: images.available, side: side)
      let agreement = LabelAgreement(found: found, labels: used)
      record = Provenance.LabelRecord(
        source: "file", file: Folder.name(of: file), sha256: try? SHA256Hex.ofFile(file),
        count: used.count,
        automaticPrecision: agreement.precision, automaticRecall: agreement.recall)
    } else {
      let file = "high_norm_anomalies_auto_\(name).npy"
      try ArrayFiles.writeNPY(LabelFile.array(found), to: path(file))
      record = Provenance.LabelRecord(source: "automatic", file: file, count: found.count)
      written.append(Written(file: file, experiment: .anomalies, labels: record))
    }
    let statistics = Layer.experiments.map { layer in
      AnomalyNorms(labels: used, reference: side) { norms.map(layer, image: $0) }
    }
    for (kind, values) in [
      ("mean", statistics.map(\.mean)), ("std", statistics.map(\.deviation)),
    ] {
      let file = Written(
        file: "up1_anomaly_norms_\(kind)_\(name).pt", experiment: .anomalies, labels: record)
      try ArrayFiles.writeTorch(
        .array(NDArray(values, shape: [values.count])), to: path(file.file), as: .numpy)
      written.append(file)
    }
    return written
  }

  private func histograms() throws(ExperimentError) -> [Written] {
    let bins = PairHistogram.bins
    let shape = [Layer.blockOutputs.count, WorkPlan.histogramTimesteps.count]
    var counts: [Float] = []
    var limits: [Float] = []
    var pairs: [String: Int] = [:]
    for (index, block) in Layer.blockOutputs.enumerated() {
      for timestep in WorkPlan.histogramTimesteps {
        let result = try folder.result(of: .histogram(block: index, timestep: timestep))
        counts += try result.floats("counts")
        limits += try result.floats("limits")
        pairs[block.name] = try result.array("pairs").int64s()?.first.map { Int($0) }
      }
    }
    let file = Written(
      file: "histograms_norm_cossim_\(name).pt", experiment: .histograms, imagePairs: pairs)
    let ends = Written(
      file: "histograms_norm_cossim_\(name)_limits.pt", experiment: .histograms, imagePairs: pairs)
    try ArrayFiles.writeTorch(
      .array(NDArray(counts, shape: shape + [bins, bins])), to: path(file.file))
    try ArrayFiles.writeTorch(.array(NDArray(limits, shape: shape + [2])), to: path(ends.file))
    return [file, ends]
  }

  private func inputs() throws(ExperimentError) -> Written {
    let file = Written(file: "inputs_\(name).safetensors", experiment: .inputs)
    let work = InputWork(plan: plan, folder: folder, seed: seed)
    try ArrayFiles.writeSafeTensors(
      work.arrays(), metadata: ["timestep": "\(plan.timestep)"], to: path(file.file))
    return file
  }

  private func maps() throws(ExperimentError) -> [Written] {
    let maps = MapFiles(plan: plan, folder: folder, images: images, seed: seed)
    var written: [Written] = []
    for set in maps.sets {
      let file = Written(file: "\(set.name)_\(name).safetensors", experiment: .maps)
      let arrays = try set.make()
      if arrays.isEmpty { continue }
      try ArrayFiles.writeSafeTensors(
        arrays, metadata: ["timestep": "\(plan.timestep)"], to: path(file.file))
      written.append(file)
    }
    return written
  }
}
