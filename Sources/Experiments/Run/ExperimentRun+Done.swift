import Files

extension ExperimentRun {
  /// Whether the output folder holds this run's arrays already, whole and made by this version from
  /// the same checkpoint, images, options and labels.
  ///
  /// - Parameter provenance: the record in the output folder.
  package func isDone(_ provenance: Provenance, version: String) -> Bool {
    let labels = expectedLabels
    // A run may have left out the norms of every image, which are the largest file.
    let needsNorms = settings.writesNorms && settings.experiments.contains(.norms)
    guard !needsNorms || provenance.arrays["representation_norms_\(settings.name).pt"] != nil else {
      return false
    }
    return settings.experiments.allSatisfy { experiment in
      let entries = provenance.arrays.filter { $0.value.experiment == experiment.rawValue }
      return !entries.isEmpty
        && entries.allSatisfy { file, entry in
          isOurs(entry, version: version) && (experiment != .anomalies || labels(entry.labels))
            && (try? SHA256Hex.ofFile(Folder.join(settings.output, file))) == entry.sha256
        }
    }
  }

  /// Files of this run's experiments that an earlier run left and this one, which wrote `written`, has
  /// not replaced: of another checkpoint, other images or options, or the detector's labels where
  /// others are used now.
  func staleFiles(_ provenance: Provenance, written: Set<String>, version: String) -> [String] {
    var names = Set(settings.experiments.map(\.rawValue))
    // An audit's pictures of large norms are of the norms that are there now, or of none.
    if names.contains(Experiment.norms.rawValue) { names.insert("audit") }
    return provenance.arrays.filter { file, entry in
      names.contains(entry.experiment) && !written.contains(file) && !file.contains("/")
        && (entry.labels != nil || !isOurs(entry, version: version))
    }.keys.sorted()
  }

  /// Whether an array was made by this version from what this run is made from, labels aside.
  private func isOurs(_ entry: Provenance.Entry, version: String) -> Bool {
    entry.checkpointSHA256 == model.hash && entry.imagesSHA256 == images.hash
      && entry.options == settings.options(model) && entry.version == version
  }

  /// Whether a record's labels are those that this run would use.
  private var expectedLabels: (Provenance.LabelRecord?) -> Bool {
    switch settings.labels {
    case .none: return { $0 == nil }
    case .automatic: return { $0?.source == "automatic" }
    case .file(let path):
      let hash = try? SHA256Hex.ofFile(path)
      return { $0?.source == "file" && hash != nil && $0?.sha256 == hash }
    }
  }
}
