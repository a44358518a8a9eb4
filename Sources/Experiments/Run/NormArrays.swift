import Files
import Layers
import Tensors

/// The norm maps of all images at the main timestep, put together from the extractions' results.
///
/// They lie in one work file, layer by layer, and are mapped: memory does not grow with the images.
struct NormArrays {
  /// [images, height, width] of each of the 45 layers, in forward order.
  let arrays: [(layer: Layer, array: NDArray)]

  /// Gathers the results of `plan` into a work file.
  init(_ plan: WorkPlan, _ folder: WorkFolder) throws(ExperimentError) {
    let path = Folder.join(folder.path, "norms.bin")
    let batches = plan.batches(timestep: plan.timestep)
    let file = try WorkFile(path)
    var shapes: [(layer: Layer, shape: [Int])] = []
    var results: [UnitResult] = []
    for batch in batches { results.append(try folder.result(of: .extract(batch))) }
    for layer in Layer.experiments {
      var shape: [Int] = []
      for result in results {
        let part = try result.array("norms/\(layer.name)")
        var failure: ExperimentError?
        part.storage.withBytes {
          do throws(ExperimentError) { try file.append($0) } catch { failure = error }
        }
        if let failure { throw failure }
        shape = [(shape.first ?? 0) + part.shape[0], part.shape[1], part.shape[2]]
      }
      shapes.append((layer, shape))
    }
    try file.commit()
    let mapped: MappedFile
    do throws(FileError) { mapped = try MappedFile(path) } catch { throw ExperimentError(error) }
    var arrays: [(layer: Layer, array: NDArray)] = []
    var start = 0
    for (layer, shape) in shapes {
      let end = start + 4 * shape.reduce(1, *)
      arrays.append(
        (
          layer,
          NDArray(dtype: .float32, shape: shape, storage: ArrayStorage(mapped, start..<end))
        ))
      start = end
    }
    self.arrays = arrays
  }

  /// The norm map of one image in one layer.
  func map(_ layer: Layer, image: Int) -> NormMap {
    guard let array = arrays.first(where: { $0.layer == layer })?.array else {
      return NormMap(height: 0, width: 0, values: [])
    }
    let (height, width) = (array.shape[1], array.shape[2])
    let values = array.storage.withBytes { bytes in
      (0..<height * width).map {
        bytes.loadUnaligned(fromByteOffset: 4 * (image * height * width + $0), as: Float.self)
      }
    }
    return NormMap(height: height, width: width, values: values)
  }

  /// How the norms of a block's tokens are distributed.
  func distribution(_ block: Layer) -> NamedArrays {
    let layer = block.sameOutput
    guard let array = arrays.first(where: { $0.layer == layer })?.array else { return [] }
    let images = (0..<array.shape[0]).map { map(layer, image: $0).values }
    return TokenMaps.normDistribution(block, images)
  }

  /// The mean over images of the norm at each token, [height, width].
  func mean(_ layer: Layer) -> NDArray? {
    guard let array = arrays.first(where: { $0.layer == layer })?.array else { return nil }
    let count = array.shape[1] * array.shape[2]
    var sums = [Double](repeating: 0, count: count)
    array.storage.withBytes { bytes in
      for image in 0..<array.shape[0] {
        for token in 0..<count {
          sums[token] += Double(
            bytes.loadUnaligned(fromByteOffset: 4 * (image * count + token), as: Float.self))
        }
      }
    }
    return NDArray(
      sums.map { Float($0 / Double(array.shape[0])) }, shape: [array.shape[1], array.shape[2]])
  }
}
