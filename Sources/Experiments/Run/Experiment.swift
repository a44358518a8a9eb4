/// One of the experiments of `unetlens experiments`.
public enum Experiment: String, CaseIterable, Sendable {
  /// Linear probes that read a token's row and column.
  case position
  /// Similarities between corner, border and other tokens.
  case tokenGroups = "token-groups"
  /// Norms of labelled high-norm anomalies, relative to their image.
  case anomalies
  /// Norm maps of every image, and their means.
  case norms
  /// Histograms of token pairs by similarity and norm.
  case histograms
  /// Small arrays that single figures read: similarity grids, corner, position and norm maps.
  case maps
  /// Probes and group similarities of the latents, to part what the U-Net adds from what it is given.
  case inputs

  /// The experiment of this name, `token_groups` included; nil for none.
  public init?(argument: String) {
    self.init(rawValue: argument.replacing("_", with: "-"))
  }
}
