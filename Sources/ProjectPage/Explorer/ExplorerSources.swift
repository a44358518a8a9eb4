/// What the page's explorer is made from; each part may be absent.
public struct ExplorerSources: Sendable {
  /// The folder of the built-in models, which run in the visitor's browser: `data/models`.
  public var models: String?
  /// The folder of sample photographs and their `LICENCES.tsv`: `data/images`.
  public var images: String?
  /// What `unetlens extract --format explorer` wrote, for models too large for a page.
  public var representations: String?
  /// The most bytes that the representations may take.
  public var budget: Int

  /// The budget where none is given: 100 MiB.
  public static let standardBudget = 100 << 20

  /// Sources in these folders.
  public init(
    models: String? = nil, images: String? = nil, representations: String? = nil,
    budget: Int = Self.standardBudget
  ) {
    (self.models, self.images) = (models, images)
    (self.representations, self.budget) = (representations, budget)
  }

  /// The folders that there are.
  public var folders: [String] { [models, images, representations].compactMap { $0 } }
}
