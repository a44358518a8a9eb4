/// One of the figures that can be made from a data folder.
///
/// To add a figure: write a file beside this one with a function from arrays to a ``Figure``, make it
/// a `FigureKind`, and name it in ``all``. `unetlens figures` and the page take it from there.
public struct FigureKind: Sendable {
  /// The name on the command line and in file names.
  public let name: String
  /// What it shows, one sentence without a full stop, for `--list`.
  public let summary: String
  /// How it is made.
  let maker: Maker

  /// A draft without a figure, since `data` lacks this file of `model`.
  static func absent(
    _ name: String, _ kind: ArrayKind, _ model: String, in data: DataFolder
  ) -> FigureDraft {
    FigureDraft(
      figure: nil,
      warnings: ["\(name)-\(model): left out: \(data.path) has no \(kind.fileName(model))"])
  }

  /// Whether one figure shows several models; else there is one for each.
  package var showsSeveralModels: Bool { if case .together = maker { true } else { false } }

  /// How figures of a kind are made.
  enum Maker: Sendable {
    /// One figure a model.
    case each(@Sendable (DataFolder, String, FigureView) throws(FigureError) -> FigureDraft)
    /// One figure for several models; an empty list means all that the folder has.
    case together(@Sendable (DataFolder, [String], FigureView) throws(FigureError) -> FigureDraft)
  }

  /// All figures, in the order in which a page would show them.
  public static let all: [FigureKind] = [
    .teaser, .quantitative, .comparison, .similarityGrids, .cornerMaps, .positionMaps, .normMaps,
    .anomalousTokens, .normTimesteps, .normDistribution, .normHistograms, .normScatter,
    .featureViews, .noiseLevels,
  ]

  /// The draft, its figure knowing the view that it was made with.
  private static func recording(_ view: FigureView, in draft: FigureDraft) -> FigureDraft {
    var draft = draft
    draft.figure?.view = view
    return draft
  }

  /// The figure of this name, or nil.
  public static func named(_ name: String) -> FigureKind? { all.first { $0.name == name } }

  /// The figures of this kind for `models`; a draft without a figure says why in its warnings.
  ///
  /// - Parameter models: names as ``DataFolder/models`` has them; empty: all there are, and sets of
  ///   arrays (the thesis's mean norm maps) whole.
  /// - Throws: ``FigureError`` where an array is there but wrong, or lacks what `view` names.
  public func drafts(
    from data: DataFolder, models: [String] = [], view: FigureView = FigureView()
  ) throws(FigureError) -> [FigureDraft] {
    switch maker {
    case .each(let make):
      var drafts: [FigureDraft] = []
      for model in models.isEmpty ? data.models : models {
        var draft = try make(data, model, view)
        draft.model = model
        drafts.append(draft)
      }
      return drafts.map { Self.recording(view, in: $0) }
    case .together(let make):
      return [Self.recording(view, in: try make(data, models, view))]
    }
  }
}
