import Figures
import Files
import Layers
import Tensors
import TestSupport
import Testing

/// Data folders with arrays of one model, small and known, in the formats of METHOD.md.
enum TestArrays {
  static let layers = Layer.experiments

  /// Accuracy in 0…1 of a layer and a size, for the last epoch.
  static func accuracy(_ layer: Int, _ size: Int) -> Float {
    Float(layer + 1) / 60 + Float(size) / 100
  }

  /// Writes `accuracies_cls_<model>.pt`; other epochs than the last hold -1.
  static func writeAccuracies(
    _ folder: TemporaryFolder, model: String = "tiny",
    _ value: (Int, Int) -> Float = accuracy
  ) throws {
    var values: [Float] = []
    for layer in layers.indices {
      for epoch in 0..<5 {
        for size in 0..<4 { values.append(epoch == 4 ? value(layer, size) : -1) }
      }
    }
    try TorchArchive.write(
      .array(NDArray(values, shape: [45, 5, 4])), to: folder.file("accuracies_cls_\(model).pt"))
  }

  /// Writes `results_group_similarities_<model>.pt` with [i][i] = `value(layer, group)` in the first
  /// matrix and 0.5 in the second.
  static func writeSimilarities(
    _ folder: TemporaryFolder, model: String = "tiny", names: [String] = layers.map(\.name),
    _ value: (Int, Int) -> Float
  ) throws {
    var entries: [(key: String, value: Archive)] = []
    for (layer, name) in names.enumerated() {
      var cropped = [Float](repeating: 0.1, count: 9)
      for group in 0..<3 { cropped[4 * group] = value(layer, group) }
      let whole = [Float](repeating: 0.5, count: 9)
      entries.append(
        (
          name,
          .list([
            .array(NDArray(cropped, shape: [3, 3])), .array(NDArray(whole, shape: [3, 3])),
          ])
        ))
    }
    try TorchArchive.write(
      .dict(entries), to: folder.file("results_group_similarities_\(model).pt"))
  }

  /// Writes mean and standard deviation of the relative norms.
  static func writeNorms(
    _ folder: TemporaryFolder, model: String = "tiny", means: [Double], deviations: [Double]?
  ) throws {
    try TorchArchive.write(
      .array(NDArray(means, shape: [means.count])),
      to: folder.file("up1_anomaly_norms_mean_\(model).pt"))
    guard let deviations else { return }
    try TorchArchive.write(
      .array(NDArray(deviations, shape: [deviations.count])),
      to: folder.file("up1_anomaly_norms_std_\(model).pt"))
  }

  /// The quantitative figure of the only model in `folder`, with its warnings.
  static func quantitative(
    _ folder: TemporaryFolder
  ) throws -> (figure: Figure?, warnings: [String]) {
    let data = try DataFolder(folder.path)
    let draft = try #require(FigureKind.quantitative.drafts(from: data).first)
    return (draft.figure, draft.warnings)
  }
}
