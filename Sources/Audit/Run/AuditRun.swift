public import Experiments
import Figures
public import Files
import Images
import Layers
import ProjectPage
import StableDiffusion

/// One audit: the experiments, then the figures and the report.
///
/// The two halves can be done by different processes: ``experiments`` by one or, cut into its units,
/// by many, and ``report(progress:)`` by whoever comes last. The report is made from the arrays in
/// the output folder and nothing else, so that it does not matter who computed them.
public struct AuditRun: Sendable {
  /// What to audit.
  public let settings: AuditSettings
  /// The experiments' work, planned.
  package let experiments: ExperimentRun
  /// The checkpoint, where it is this process that runs it.
  var source: (checkpoint: Checkpoint, extraction: ExtractionSettings)?

  /// Looks at the images and at what it will need: nothing is computed that could fail only later.
  ///
  /// - Throws: ``AuditError`` for settings that cannot be, unusable images, templates or models to
  ///   compare with that are not there.
  public init(_ settings: AuditSettings, model: ModelIdentity) throws(AuditError) {
    self.settings = settings
    _ = try ComparedModels(settings)
    try Self.checkOutput(settings.run.output)
    do throws(PageError) { _ = try ReportPage(templates: settings.templates) } catch {
      throw AuditError(error.description)
    }
    do throws(ExperimentError) {
      experiments = try ExperimentRun(settings.run, model: model)
      if case .file(let path) = settings.run.labels {
        // Read now and again in the end: a wrong file must not cost an hour.
        let images = experiments.images
        _ = try LabelFile.read(
          path, images: images.paths.count, available: images.available,
          side: experiments.plan.grid.size(of: ModelFindings.labelledLayer).height)
      }
    } catch { throw AuditError(error.description) }
  }

  /// Refuses a folder in which somebody else's page would be in the way of the report: the site
  /// writer would, hours later.
  private static func checkOutput(_ output: String) throws(AuditError) {
    let list = try? MappedFile(Folder.join(output, SiteWriter.listName))
    let listed = list?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
    for name in ["index.html", "audit.json"] where Folder.isFile(Folder.join(output, name)) {
      guard listed.split(separator: "\n").contains(where: { $0.hasSuffix("  \(name)") }) else {
        throw AuditError(
          "\(Folder.join(output, name)): this file is not ours to replace; move it away or choose "
            + "another --output")
      }
    }
  }

  /// The model's name in file names.
  public var name: String { settings.run.name }

  /// Whether the output folder holds the arrays of these very experiments already: then they need
  /// not be computed again.
  public var isComputed: Bool {
    let path = Folder.join(settings.run.output, "provenance_\(name).json")
    guard Folder.isFile(path), let provenance = try? Provenance.read(path, name: name) else {
      return false
    }
    return experiments.isDone(provenance, version: settings.version)
  }

  /// Does everything that is left, and writes the report.
  ///
  /// - Parameter makeSource: loads the network; called only where extractions are left to do.
  /// - Throws: ``AuditError``; what was done until then stays for the next run.
  package func run(
    progress sink: any ProgressSink,
    makeSource: () throws(ExperimentError) -> any RepresentationSource
  ) throws(AuditError) -> AuditOutcome {
    let progress = AuditProgress(sink)
    if isComputed {
      experiments.folder.remove()
    } else {
      do throws(ExperimentError) {
        _ = try experiments.run(
          version: settings.version, command: settings.command, progress: progress,
          makeSource: makeSource)
      } catch { throw AuditError(error.description) }
    }
    return try report(progress: progress)
  }

  /// Draws the figures and writes the report from the arrays in the output folder.
  ///
  /// - Throws: ``AuditError`` where an array is missing or wrong, or the folder holds files of others
  ///   under the report's names.
  public func report(progress: any ProgressSink) throws(AuditError) -> AuditOutcome {
    try AuditReport(settings, images: experiments.images).write(progress)
  }
}

/// What became of an audit.
public struct AuditOutcome: Sendable {
  /// The report's path.
  public let page: String
  /// The path of `audit.json`.
  public let document: String
  /// What holds where.
  package let verdict: Verdict

  /// Whether every criterion that applies holds in every judged layer.
  public var holds: Bool { verdict.holds }
  /// One line for each criterion that does not hold.
  public var failures: [String] {
    verdict.failures.map { layer, judgement in
      let found = judgement.value.map { judgement.criterion.text($0) } ?? "no number"
      return "\(layer.name): \(judgement.criterion.rawValue): expected at most "
        + "\(judgement.criterion.text(judgement.limit)), found \(found)"
    }
  }
}
