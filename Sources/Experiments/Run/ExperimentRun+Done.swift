import Files

extension ExperimentRun {
  /// Whether the output folder holds this run's arrays already, whole and made by this version from
  /// the same checkpoint, images, options and labels.
  ///
  /// - Parameter provenance: the record in the output folder.
  package func isDone(
    _ provenance: Provenance, model: ModelIdentity, version: String
  ) -> Bool {
    let options = settings.options(model)
    let labels = expectedLabels
    return settings.experiments.allSatisfy { experiment in
      let entries = provenance.arrays.filter { $0.value.experiment == experiment.rawValue }
      return !entries.isEmpty
        && entries.allSatisfy { file, entry in
          entry.checkpointSHA256 == model.hash && entry.imagesSHA256 == images.hash
            && entry.options == options && entry.version == version
            && (experiment != .anomalies || labels(entry.labels))
            && (try? SHA256Hex.ofFile(Folder.join(settings.output, file))) == entry.sha256
        }
    }
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
