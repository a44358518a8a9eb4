import Figures

/// The figures that a page shows: those of each model, and those over several.
struct ShownFigures {
  private(set) var figures: [Figure] = []
  private(set) var warnings: [String] = []

  /// Makes every figure that the arrays allow.
  ///
  /// - Parameters:
  ///   - models: the chosen models; empty: all, and sets of arrays that are no model's.
  ///   - order: names of kinds to be shown first.
  ///   - hidden: by name of a kind the models that it is not shown for.
  /// - Throws: ``PageError`` where arrays are there but wrong, all complaints together.
  init(
    data: DataFolder, models: [String], order: [String], hidden: [String: [String]] = [:]
  ) throws(PageError) {
    var problems: [PageProblem] = []
    let first = order.compactMap(FigureKind.named)
    for kind in first + FigureKind.all.filter({ !order.contains($0.name) }) {
      do {
        for draft in try kind.drafts(from: data, models: models) {
          if let model = draft.model, hidden[kind.name]?.contains(model) == true { continue }
          if let figure = draft.figure { figures.append(figure) }
          if order.contains(kind.name) || !draft.isNoNews { warnings += draft.warnings }
        }
      } catch {
        problems.append(PageProblem(Self.location(error.description, data), error.description))
      }
    }
    if !problems.isEmpty { throw PageError(problems.map(Self.shortened)) }
    // A page has one teaser.
    let teasers = figures.filter { $0.kind == FigureKind.teaser.name }
    figures.removeAll { teasers.dropFirst().contains($0) }
  }

  /// The figures of the results: all but the teaser.
  var results: [Figure] { figures.filter { $0.kind != FigureKind.teaser.name } }

  /// The figure of `kind`, of `model` where it is one a model.
  func figure(_ kind: String, of model: String? = nil) -> Figure? {
    figures.first { $0.kind == kind && (model == nil || $0.model == model) }
  }

  /// Figure errors start with the path of the array file.
  private static func location(_ sentence: String, _ data: DataFolder) -> SourceLocation {
    let path = sentence.prefix { $0 != ":" }
    return SourceLocation(path.hasPrefix(data.path) ? String(path) : data.path, line: 0)
  }

  private static func shortened(_ problem: PageProblem) -> PageProblem {
    let prefix = "\(problem.location.file): "
    guard problem.message.hasPrefix(prefix) else { return problem }
    return PageProblem(problem.location, String(problem.message.dropFirst(prefix.count)))
  }
}
