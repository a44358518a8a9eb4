import Experiments
import Figures

/// Where the arrays of other models come from, and which of them are put beside the audited one.
struct ComparedModels {
  /// Their folder; nil where there is none.
  let folder: DataFolder?
  /// The models to compare with, as the folder spells them, in the order they were named; last the
  /// untrained control, where the folder has it.
  let models: [String]

  /// Looks for the models that `settings` names.
  ///
  /// - Throws: ``AuditError`` where one has no arrays.
  init(_ settings: AuditSettings) throws(AuditError) {
    guard let data = settings.data else {
      guard settings.compared.isEmpty else {
        throw AuditError(
          "--compare \(settings.compared[0]): expected a folder with its arrays, found none; name one by --data"
        )
      }
      (folder, models) = (nil, [])
      return
    }
    do throws(FigureError) {
      let folder = try DataFolder(data)
      self.folder = folder
      var models = settings.compared.isEmpty ? [] : try folder.models(matching: settings.compared)
      let control = ModelFindings.untrainedName
      if folder.has(.accuracies, control), !models.contains(control), control != settings.run.name {
        models.append(control)
      }
      self.models = models
    } catch { throw AuditError(error.description) }
    if let same = models.first(where: { ModelName.match($0, settings.run.name) }) {
      throw AuditError(
        "--compare \(same): the audited model has this name too; give it another by --name")
    }
  }

  /// `output` with the arrays of the compared models beside its own.
  func beside(_ output: DataFolder) -> DataFolder {
    folder.map { output.with(models, of: $0) } ?? output
  }

  /// What the arrays of each say.
  func findings() throws(AuditError) -> [ModelFindings] {
    guard let folder else { return [] }
    var findings: [ModelFindings] = []
    for model in models { findings.append(try ModelFindings(model, in: folder)) }
    return findings
  }
}
