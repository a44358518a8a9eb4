/// A figure as a value: what it shows, before anything is drawn.
///
/// A ``FigureKind`` makes figures from a ``DataFolder``; ``rendered(as:options:)`` turns one into the
/// bytes of a file. A page needs no more than this:
///
/// ```swift
/// let data = try DataFolder("data")
/// for kind in FigureKind.all {
///   let drafts = try kind.drafts(from: data, models: data.models)
///   for figure in drafts.compactMap(\.figure) {
///     let svg = try figure.rendered(as: .svg)     // [UInt8]
///     let name = figure.fileName(.svg)            // "quantitative-sd15.svg"
///     // figure.caption, figure.alternative, figure.size, figure.sources (arrays, SHA-256)
///   }
///   // drafts.flatMap(\.warnings): panels and figures left out, one sentence each
/// }
/// ```
public struct Figure: Hashable, Sendable {
  /// The kind's name, `quantitative`.
  public var kind: String
  /// The short name of the one model it shows; nil where it covers several.
  public var model: String?
  /// The short names of all models it shows.
  public var models: [String]
  /// A title for the file's metadata.
  public var title: String
  /// What the figure shows and how it was made, for a caption under it.
  public var caption: String
  /// What a reader sees in it, with numbers from the arrays, for those who cannot.
  public var alternative: String
  /// Width and height in points at the default width.
  public var size: Size
  /// The panels.
  public var panels: [Panel]
  /// Text outside panels.
  public var labels: [Label]
  /// The files that it was made from.
  public var sources: [Source]
  /// What was chosen to be shown.
  public var view = FigureView()

  /// A file that a figure was made from.
  public struct Source: Hashable, Sendable {
    /// The file's name in the data folder.
    public let name: String
    /// The file's SHA-256, 64 hexadecimal digits.
    public let sha256: String

    /// A source.
    public init(name: String, sha256: String) {
      self.name = name
      self.sha256 = sha256
    }
  }

  /// The figure's file name without extension: `quantitative-sd15`, or `norm-maps` where it covers
  /// several models.
  public var stem: String { model.map { "\(kind)-\($0)" } ?? kind }

  /// The figure's file name in `format`.
  public func fileName(_ format: FigureFormat) -> String { "\(stem).\(format.rawValue)" }
}

/// The formats that figures are written in.
public enum FigureFormat: String, CaseIterable, Sendable {
  case png
  case pdf
  case svg
}

/// What became of a figure: the figure, or why there is none.
public struct FigureDraft: Sendable {
  /// The figure; nil where its arrays are absent or hold no value.
  public var figure: Figure?
  /// The model it was to show; nil where it covers several.
  public var model: String?
  /// What was left out and why, one sentence each.
  public var warnings: [String]
  /// Whether there is no figure because the data are not of the kind that has it: news only to those
  /// who asked for it.
  public var isNoNews = false

  /// A draft.
  public init(figure: Figure?, model: String? = nil, warnings: [String] = []) {
    self.figure = figure
    self.model = model
    self.warnings = warnings
  }
}
