/// Which figures are wanted, and what becomes of those that the data do not allow.
public struct FigureSelection: Sendable {
  /// Names of figures as the user wrote them; empty: all that the data allow.
  public var names: [String]
  /// Names of models as the user wrote them; empty: all in the data folder.
  public var models: [String]
  /// What to show of the arrays.
  public var view: FigureView

  /// A selection.
  public init(names: [String] = [], models: [String] = [], view: FigureView = FigureView()) {
    self.names = names
    self.models = models
    self.view = view
  }

  /// The figures, and a sentence for each panel or figure that was left out.
  ///
  /// What is absent is left out; it is an error only where it was named: a figure that no model has
  /// arrays for, or, where models are named too, that one of them lacks.
  ///
  /// - Throws: ``FigureError`` for an unknown name, a named figure without arrays, and an array that
  ///   is there but wrong.
  public func figures(
    in data: DataFolder
  ) throws(FigureError) -> (figures: [Figure], warnings: [String]) {
    let kinds = try kinds()
    let chosen = try models.isEmpty ? [] : data.models(matching: models)
    var figures: [Figure] = []
    var warnings: [String] = []
    for kind in kinds {
      let drafts: [FigureDraft]
      do throws(FigureError) {
        drafts = try kind.drafts(from: data, models: chosen, view: view)
      } catch {
        // Of all figures those without the wanted block or image are left out.
        guard names.isEmpty, error.reason == .absent else { throw error }
        warnings.append("\(kind.name): left out: \(error.description)")
        continue
      }
      let made = drafts.compactMap(\.figure)
      let isNamed = !names.isEmpty
      if isNamed, made.isEmpty || (!models.isEmpty && made.count < drafts.count) {
        throw FigureError(.absent, Self.absence(of: kind, drafts, in: data))
      }
      figures += made
      warnings += drafts.filter { isNamed || !$0.isNoNews }.flatMap(\.warnings)
    }
    if figures.isEmpty {
      throw FigureError(
        .absent, "\(data.path): expected arrays that a figure can be drawn from, found none")
    }
    return (figures, warnings)
  }

  private func kinds() throws(FigureError) -> [FigureKind] {
    if names.isEmpty { return FigureKind.all }
    var kinds: [FigureKind] = []
    for name in names {
      guard let kind = FigureKind.named(name) else {
        let known = FigureKind.all.map(\.name).joined(separator: ", ")
        throw FigureError(
          .unknownName, "\"\(name)\" is no figure; the figures are \(known)")
      }
      if !kinds.contains(where: { $0.name == kind.name }) { kinds.append(kind) }
    }
    return kinds
  }

  private static func absence(
    of kind: FigureKind, _ drafts: [FigureDraft], in data: DataFolder
  ) -> String {
    let reasons = drafts.filter { $0.figure == nil }.flatMap(\.warnings)
    guard !reasons.isEmpty else { return "\(kind.name): \(data.path) holds no model's arrays" }
    return reasons.map { reason in
      guard let verdict = reason.firstRange(of: "left out") else { return reason }
      return reason[..<verdict.lowerBound] + "cannot be drawn" + reason[verdict.upperBound...]
    }.joined(separator: "; ")
  }
}
