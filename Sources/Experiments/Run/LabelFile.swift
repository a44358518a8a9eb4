package import Tensors

/// Label files: int64 [N, 3], image, x and y of each high-norm anomaly.
package enum LabelFile {
  /// Reads the labels of `path`.
  ///
  /// - Parameters:
  ///   - images: images in the run.
  ///   - available: images in the folder: labels of images that a limit left out are dropped.
  ///   - side: rows and columns of the map they refer to.
  /// - Throws: ``ExperimentError`` where the file is no label file, or a label lies outside.
  package static func read(
    _ path: String, images: Int, available: Int, side: Int
  ) throws(ExperimentError) -> [AnomalyLabel] {
    let archive: Archive
    do throws(TensorError) { archive = try ArrayFile.read(path) } catch {
      throw ExperimentError(error.description)
    }
    guard let array = archive.array, array.shape.count == 2, array.shape[1] == 3,
      let values = array.int64s()
    else {
      let found = archive.array.map { "\($0.dtype.rawValue) \($0.shape)" } ?? "no single array"
      throw ExperimentError("\(path): expected labels int64 [N, 3] (image, x, y), found \(found)")
    }
    var labels: [AnomalyLabel] = []
    for row in 0..<array.shape[0] {
      let (image, x, y) = (values[3 * row], values[3 * row + 1], values[3 * row + 2])
      guard (0..<Int64(available)).contains(image), (0..<Int64(side)).contains(x),
        (0..<Int64(side)).contains(y)
      else {
        throw ExperimentError(
          "\(path): label \(row) is image \(image), x \(x), y \(y), expected an image below"
            + " \(available) and places below \(side)")
      }
      if image < images { labels.append(AnomalyLabel(image: Int(image), x: Int(x), y: Int(y))) }
    }
    return labels
  }

  /// The array of `labels`, int64 [N, 3].
  package static func array(_ labels: [AnomalyLabel]) -> NDArray {
    NDArray(
      labels.flatMap { [Int64($0.image), Int64($0.x), Int64($0.y)] }, shape: [labels.count, 3])
  }
}
