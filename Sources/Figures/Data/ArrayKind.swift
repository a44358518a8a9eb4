/// A file of cached arrays in a data folder, by what it holds; docs/FORMATS.md has keys and shapes.
public enum ArrayKind: CaseIterable, Sendable {
  /// float32 [layers, epochs, sizes]: accuracy of position estimation.
  case accuracies
  /// Dict layer -> two float32 [3, 3]: similarities between token groups, cropped and whole.
  case groupSimilarities
  /// float64 [layers]: relative norm of anomalies, mean over labels.
  case anomalyMeans
  /// float64 [layers]: its standard deviation.
  case anomalyDeviations
  /// int64 [N, 3]: labelled anomalies.
  case labels
  /// Dict layer -> float32 [images, h, w]: token norms.
  case norms
  /// float32 [blocks, timesteps, 100, 100]: counts by norm and cosine similarity.
  case histograms
  /// float32 [blocks, timesteps, 2]: the smallest and largest norm of each histogram.
  case histogramLimits
  /// Dict block -> [h, w]: mean norm at each position.
  case meanNormMaps
  /// The same as a torch archive, or dict model -> dict block -> [h, w].
  case torchMeanNormMaps
  /// Similarity of every token to one reference token, by block.
  case similarityGrids
  /// Similarity of every token to corner tokens.
  case cornerMaps
  /// Predicted positions of tokens, by block.
  case positionMaps
  /// Token norms of a few images over timesteps, by block.
  case normTimesteps
  /// Norms of tokens and of their most similar matches.
  case normScatter
  /// Clusters, norms and principal components of one block's tokens.
  case featureViews
  /// One image at several timesteps.
  case noiseLevels
  /// Probes and group similarities of the latents.
  case inputs
  /// Histograms of token norms, by block.
  case normDistributions
  /// The images of largest norms, with the patches that stand out.
  case anomalousTokens

  /// The parts of the file's name before and after the model.
  var affixes: (prefix: String, suffix: String) {
    switch self {
    case .accuracies: ("accuracies_cls_", ".pt")
    case .groupSimilarities: ("results_group_similarities_", ".pt")
    case .anomalyMeans: ("up1_anomaly_norms_mean_", ".pt")
    case .anomalyDeviations: ("up1_anomaly_norms_std_", ".pt")
    case .labels: ("high_norm_anomalies_", ".npy")
    case .norms: ("representation_norms_", ".pt")
    case .histograms: ("histograms_norm_cossim_", ".pt")
    case .histogramLimits: ("histograms_norm_cossim_", "_limits.pt")
    case .meanNormMaps: ("mean_norm_maps_", ".safetensors")
    case .torchMeanNormMaps: ("mean_norm_maps_", ".pt")
    case .similarityGrids: ("similarity_grids_", ".safetensors")
    case .cornerMaps: ("corner_maps_", ".safetensors")
    case .positionMaps: ("position_maps_", ".safetensors")
    case .normTimesteps: ("norm_timesteps_", ".safetensors")
    case .normScatter: ("norm_scatter_", ".safetensors")
    case .featureViews: ("feature_views_", ".safetensors")
    case .noiseLevels: ("noise_levels_", ".safetensors")
    case .inputs: ("inputs_", ".safetensors")
    case .normDistributions: ("norm_distributions_", ".safetensors")
    case .anomalousTokens: ("anomalous_tokens_", ".safetensors")
    }
  }

  /// The file's name for `model`.
  public func fileName(_ model: String) -> String { affixes.prefix + model + affixes.suffix }

  /// The model that a file of this name is of; nil where it is of no kind of arrays, or of several
  /// models.
  package static func model(ofFile name: String) -> String? {
    allCases.lazy.compactMap { $0.model(inFileName: name) }.first
  }

  /// The model in a file's name; nil where the name is not of this kind.
  ///
  /// `…_limits` and `auto_…` are no model names, nor is the thesis's set of mean norm maps.
  func model(inFileName name: String) -> String? {
    guard name.hasPrefix(affixes.prefix), name.hasSuffix(affixes.suffix),
      name.utf8.count > affixes.prefix.utf8.count + affixes.suffix.utf8.count
    else { return nil }
    let model = String(name.dropFirst(affixes.prefix.count).dropLast(affixes.suffix.count))
    guard ModelName.isValid(model), !model.hasSuffix("_limits"), !model.hasPrefix("auto_"),
      !(self == .torchMeanNormMaps && model == ModelName.thesisSet)
    else { return nil }
    return model
  }
}
