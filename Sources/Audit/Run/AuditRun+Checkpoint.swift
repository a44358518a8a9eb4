import Experiments
public import Files
public import StableDiffusion

extension AuditRun {
  /// An audit of a checkpoint.
  ///
  /// - Throws: ``AuditError`` where parts of the checkpoint are missing, its networks need more
  ///   memory than the audit may take, or as ``init(_:model:)`` does.
  public init(
    _ checkpoint: Checkpoint, settings: AuditSettings, extraction: ExtractionSettings
  ) throws(AuditError) {
    let missing = checkpoint.missing()
    guard missing.isEmpty else {
      throw AuditError(
        "\(checkpoint.folder): expected a whole diffusers folder, but "
          + "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing")
    }
    let identity: ModelIdentity
    do throws(ExperimentError) {
      try NetworkMemory(checkpoint, extraction.precision).check(settings.run.memory)
      identity = try ModelIdentity(checkpoint, settings: extraction)
    } catch { throw AuditError(error.description) }
    try self.init(settings, model: identity)
    source = (checkpoint, extraction)
  }

  /// Does everything that is left with the checkpoint it was made for, and writes the report.
  ///
  /// - Throws: ``AuditError``; what was done until then stays for the next run.
  public func run(progress: any ProgressSink) throws(AuditError) -> AuditOutcome {
    guard let (checkpoint, extraction) = source else {
      throw AuditError("\(name): the audit has no checkpoint to run")
    }
    return try run(progress: progress) { () throws(ExperimentError) in
      do throws(ModelError) {
        return CheckpointSource(
          try RepresentationExtractor(
            checkpoint, settings: extraction, imageSide: experiments.images.width,
            progress: progress))
      } catch { throw ExperimentError(error.description) }
    }
  }
}
