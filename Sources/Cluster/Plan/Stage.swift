/// The three jobs of a run, in the order in which they depend on each other.
public enum Stage: String, CaseIterable, Codable, Sendable {
  /// Images through the network: one array task takes one range of images, in whole batches.
  case extract
  /// What needs all images: probes by layer, and histograms of token pairs by block.
  case probes
  /// The final files, from what the others left.
  case merge
}
