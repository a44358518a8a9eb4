import Tensors

/// `inputs_<model>.safetensors`: what position estimation and token groups find in the latents.
public struct Inputs: Sendable {
  /// Accuracy of the noised latents' probe after its last epoch at 8, 16, 32, 64 cells; 0 to 1.
  public let accuracies: [Double]?
  /// The same of the latents without noise.
  public let cleanAccuracies: [Double]?
  /// Relative similarity of corner tokens of the noised latents.
  public let corner: Double?
  /// Relative similarity of border tokens of the noised latents.
  public let border: Double?
  /// The file it was read from.
  public let source: Figure.Source

  /// The arrays of `model`; nil where the folder has none.
  ///
  /// - Throws: ``FigureError`` where an array is there but wrong.
  public static func read(
    _ data: DataFolder, model: String
  ) throws(FigureError) -> Inputs? {
    guard let file = try data.file(.inputs, model) else { return nil }
    return try Inputs(file)
  }

  init(_ file: DataFile) throws(FigureError) {
    source = file.source
    func accuracies(_ kind: String) throws(FigureError) -> [Double]? {
      guard let array = try file.array("accuracies/\(kind)", shape: [nil, 4]) else { return nil }
      return array.shape[0] > 0 ? Array(array.doubles().suffix(4)) : nil
    }
    self.accuracies = try accuracies("noised")
    cleanAccuracies = try accuracies("latents")
    let groups = try file.array("groups/noised", shape: [2, 3, 3])?.doubles()
    corner = groups.map { $0[0] / $0[9] }
    border = groups.map { $0[4] / $0[13] }
  }
}
