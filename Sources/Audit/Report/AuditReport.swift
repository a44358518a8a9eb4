import Experiments
import Figures
import Files
import Layers
import ProjectPage
import Tensors

/// Writes figures, `audit.json` and the page from the arrays in the output folder.
struct AuditReport {
  let settings: AuditSettings
  let images: ImageSet

  init(_ settings: AuditSettings, images: ImageSet) {
    (self.settings, self.images) = (settings, images)
  }

  private var name: String { settings.run.name }
  private var output: String { settings.run.output }

  func write(_ progress: any ProgressSink) throws(AuditError) -> AuditOutcome {
    let other = try ComparedModels(settings)
    var findings = try ModelFindings(name, in: try folder())
    let compared = try other.findings()
    let control = compared.first { $0.model == ModelFindings.untrainedName }
    if let control { findings.compare(untrained: control) }
    findings.provenance = try writePictures(findings)
    let own = try folder()
    let verdict = Verdict(findings, by: settings.criteria)
    guard verdict.isMeasured else {
      throw AuditError(
        "\(output): expected arrays that the criteria apply to, found none of any judged layer")
    }
    let data = other.beside(own)
    let figures = try figures(data, other.models, progress)
    let local = Set(figures.flatMap(\.sources).map(\.name)).filter { own.has($0) }
    do throws(PageError) {
      var site = Site(files: [:])
      let total = figures.count * FigureFormat.allCases.count
      try site.add(figures, software: "unetlens \(settings.version)", data: output) {
        progress.report("Drawing the report", done: $0, of: total)
      }
      let document = AuditDocument(
        findings: findings, compared: compared, verdict: verdict, images: images,
        settings: settings)
      site.files["audit.json"] = document.json.bytes
      try addCompared(figures, data, own: own, to: &site)
      let values = ReportValues(
        findings: findings, compared: compared, control: control, verdict: verdict,
        images: images, figures: figures, settings: settings, local: local)
      let page = try ReportPage(templates: settings.templates)
      site = try page.render(
        values.all, into: site,
        existing: Array(
          local.union(findings.provenance.arrays.keys).union([values.provenanceFile])))
      for warning in try SiteWriter(output: output).write(site).warnings { progress.warn(warning) }
    } catch { throw AuditError(error.description) }
    return AuditOutcome(
      page: Folder.join(output, "index.html"), document: Folder.join(output, "audit.json"),
      verdict: verdict)
  }

  private func folder() throws(AuditError) -> DataFolder {
    do throws(FigureError) { return try DataFolder(output) } catch {
      throw AuditError(error.description)
    }
  }

  /// Writes the pictures of images with large norms, and their record; gives all records.
  private func writePictures(_ findings: ModelFindings) throws(AuditError) -> Provenance {
    var provenance = findings.provenance
    let layer = ModelFindings.labelledLayer
    guard let norms = findings.layers.first(where: { $0.layer == layer })?.norms else {
      return provenance
    }
    let array: NDArray?
    let data = try folder()
    do throws(FigureError) {
      array = try data.file(.norms, name)?.array(
        layer.name, shape: [images.paths.count, nil, nil])
    } catch { throw AuditError(error.description) }
    guard let array else { return provenance }
    let pictures = AnomalousTokenFile(
      name: name, norms: ModelFindings.maps(of: array), findings: norms)
    guard
      let written = try pictures.write(images, to: output, timestep: settings.run.timestep),
      var entry = provenance.arrays[ArrayKind.norms.fileName(name)]
    else { return provenance }
    do throws(FileError) {
      entry.sha256 = try SHA256Hex.ofFile(Folder.join(output, written))
      entry.experiment = "audit"
      entry.corrected = nil
      entry.labels = nil
      provenance.merge(
        [written: entry], images: provenance.images[images.hash] ?? [], hash: images.hash)
      try AtomicFile.write(
        provenance.bytes, to: Folder.join(output, "provenance_\(name).json"), keepIfEqual: true)
    } catch { throw AuditError(error) }
    return provenance
  }

  /// Every figure of the audited model, and those that show several models with those beside it.
  private func figures(
    _ data: DataFolder, _ others: [String], _ progress: any ProgressSink
  ) throws(AuditError) -> [Figure] {
    var figures: [Figure] = []
    for kind in FigureKind.all {
      if kind.name == FigureKind.comparison.name && others.isEmpty { continue }
      let models = kind.showsSeveralModels ? [name] + others : [name]
      do throws(FigureError) {
        for draft in try kind.drafts(from: data, models: models) {
          if let figure = draft.figure { figures.append(figure) }
          for warning in draft.warnings { progress.warn(warning) }
        }
      } catch { throw AuditError(error.description) }
    }
    return figures
  }

  /// Array files of other models that figures were drawn from, so that the report's links lead to
  /// them.
  private func addCompared(
    _ figures: [Figure], _ data: DataFolder, own: DataFolder, to site: inout Site
  ) throws(PageError) {
    for source in Set(figures.flatMap(\.sources)) {
      guard !own.has(source.name), let path = data.location(of: source.name) else { continue }
      do throws(FileError) {
        site.files["compared/\(source.name)"] = try MappedFile(path).withBytes { Array($0) }
      } catch { throw PageError(path, error.description) }
    }
  }
}
