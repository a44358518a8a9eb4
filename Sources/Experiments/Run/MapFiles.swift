import CKernels
import Files
import Images
import Layers
import Tensors

/// The small arrays that single figures read, from the tokens of the block outputs.
///
/// docs/FORMATS.md, "What single figures read", names them.
struct MapFiles {
  /// Images in figures that show images.
  private static let shown = 4
  /// The longer side of pictures for the eye.
  private static let pictureSide = 128
  /// The thesis's reference token: column and row in a grid of 32.
  private static let reference = (column: 17, row: 12, side: 32)

  let plan: WorkPlan
  let folder: WorkFolder
  let images: ImageSet

  private var shownImages: Range<Int> { 0..<min(Self.shown, plan.images) }

  /// The tokens of one image as unit vectors.
  private struct Units {
    let values: [Float]
    let shape: MapShape

    /// The similarities of every token to a vector, row by row.
    func similarities(to vector: [Float]) -> [Float] {
      (0..<shape.height * shape.width).map { token in
        var sum: Float = 0
        for channel in 0..<shape.channels {
          sum += values[token * shape.channels + channel] * vector[channel]
        }
        return sum
      }
    }

    func token(_ index: Int) -> [Float] {
      Array(values[index * shape.channels..<(index + 1) * shape.channels])
    }
  }

  private func tokens(of block: Layer) throws(ExperimentError) -> SpilledTokens {
    try SpilledTokens(
      block.sameOutput, of: plan.batches(timestep: plan.timestep), in: folder, memory: 0)
  }

  private func units(_ image: Int, _ tokens: SpilledTokens) throws(ExperimentError) -> Units {
    let shape = tokens.shape
    let map = UnsafeMutablePointer<Float>.allocate(capacity: shape.count)
    defer { map.deallocate() }
    try tokens.read(image: image, into: map)
    let units = PairHistogram.Tokens(
      map, count: shape.height * shape.width, channels: shape.channels)
    return Units(values: units.units, shape: shape)
  }

  /// uint8 [N, height, width, 3].
  private func pictures(_ range: Range<Int>) throws(ExperimentError) -> NDArray {
    let small = try images.load(range).map { image in
      let longer = max(image.width, image.height)
      return image.resized(
        width: max(1, image.width * Self.pictureSide / longer),
        height: max(1, image.height * Self.pictureSide / longer))
    }
    return NDArray(
      dtype: .uint8, shape: [small.count, small[0].height, small[0].width, 3],
      storage: ArrayStorage(small.flatMap(\.pixels)))
  }

  /// `similarity_grids_<model>`: every token's similarity to one token of the first image.
  func similarityGrids() throws(ExperimentError) -> [(key: String, value: NDArray)] {
    let reference = Self.reference
    var arrays: [(key: String, value: NDArray)] = [
      ("images", try pictures(shownImages)),
      (
        "reference",
        NDArray([0, reference.column, reference.row, reference.side].map { Int64($0) }, shape: [4])
      ),
    ]
    for block in Layer.blockOutputs {
      let tokens = try tokens(of: block)
      let shape = tokens.shape
      let row = reference.row * shape.height / reference.side
      let column = reference.column * shape.width / reference.side
      let vector = try units(0, tokens).token(row * shape.width + column)
      var values: [Float] = []
      for image in shownImages { values += try units(image, tokens).similarities(to: vector) }
      arrays.append(
        (block.name, NDArray(values, shape: [shownImages.count, shape.height, shape.width])))
    }
    return arrays
  }

  /// `corner_maps_<model>`: similarities to corner tokens, and the map of maps of the mid block.
  func cornerMaps() throws(ExperimentError) -> [(key: String, value: NDArray)] {
    var arrays: [(key: String, value: NDArray)] = [("images", try pictures(shownImages))]
    for block in Layer.blockOutputs {
      let tokens = try tokens(of: block)
      let (height, width) = (tokens.shape.height, tokens.shape.width)
      let corners = [0, width - 1, (height - 1) * width, height * width - 1]
      let isMid = block == Layer(.mid)
      var mean = [Double](repeating: 0, count: height * width)
      var tiles = [Double](
        repeating: 0,
        count: isMid && height <= 16 && width <= 16 ? height * width * height * width : 0)
      var first: [Float] = []
      var firstCorner: [Float] = []
      for image in 0..<plan.images {
        let units = try units(image, tokens)
        for corner in corners {
          for (token, value) in units.similarities(to: units.token(corner)).enumerated() {
            mean[token] += Double(value) / Double(4 * plan.images)
          }
        }
        if image == 0 { firstCorner = units.token(0) }
        if isMid && shownImages.contains(image) { first += units.similarities(to: firstCorner) }
        if !tiles.isEmpty {
          for token in 0..<height * width {
            for (other, value) in units.similarities(to: units.token(token)).enumerated() {
              tiles[token * height * width + other] += Double(value) / Double(plan.images)
            }
          }
        }
      }
      arrays.append(
        ("mean/\(block.name)", NDArray(mean.map { Float($0) }, shape: [height, width])))
      if isMid {
        arrays.append(
          ("first/\(block.name)", NDArray(first, shape: [shownImages.count, height, width])))
        if !tiles.isEmpty {
          arrays.append(
            (
              "tiles/\(block.name)",
              NDArray(tiles.map { Float($0) }, shape: [height, width, height, width])
            ))
        }
      }
    }
    return arrays
  }

  /// `position_maps_<model>`: what the trained probes predict for the tokens of test images.
  func positionMaps() throws(ExperimentError) -> [(key: String, value: NDArray)] {
    let trained = ProbeTraining(images: plan.images, side: 1, channels: 1).trainImages
    let tested = trained..<min(plan.images, trained + 2 * Self.shown)
    var arrays: [(key: String, value: NDArray)] = []
    for block in Layer.blockOutputs {
      guard let index = Layer.experiments.firstIndex(of: block.sameOutput) else { continue }
      let tokens = try tokens(of: block)
      let shape = tokens.shape
      let result = try folder.result(of: .probe(index))
      var probe = PositionProbe(
        side: shape.height, channels: shape.channels, weights: try result.floats("weight"),
        bias: try result.floats("bias"))
      let count = shape.height * shape.width
      let map = UnsafeMutablePointer<Float>.allocate(capacity: shape.count)
      defer { map.deallocate() }
      var predictions = [UInt16](repeating: 0, count: 2 * count)
      var values: [Int64] = []
      for image in tested {
        try tokens.read(image: image, into: map)
        probe.predict(tokens: map, rows: count, into: &predictions)
        values += predictions.map { Int64($0) }
      }
      arrays.append(
        (block.name, NDArray(values, shape: [tested.count, shape.height, shape.width, 2])))
    }
    return arrays
  }

  /// `norm_timesteps_<model>`: norm maps of the first images at the histograms' timesteps.
  ///
  /// Only the first batch is drawn at every timestep, so there are no more images than it has.
  func normTimesteps() throws(ExperimentError) -> [(key: String, value: NDArray)] {
    let timesteps = WorkPlan.histogramTimesteps
    var results: [UnitResult] = []
    var count = shownImages.count
    for timestep in timesteps {
      guard let first = plan.batches(timestep: timestep).first else { return [] }
      results.append(try folder.result(of: .extract(first)))
      count = min(count, first.images.count)
    }
    var arrays: [(key: String, value: NDArray)] = [
      ("images", try pictures(0..<count)),
      ("timesteps", NDArray(timesteps.map { Int64($0) }, shape: [timesteps.count])),
    ]
    for block in Layer.blockOutputs {
      let size = plan.grid.size(of: block)
      let tokens = size.height * size.width
      var values: [Float] = []
      var norms: [[Float]] = []
      for result in results { norms.append(try result.floats("norms/\(block.sameOutput.name)")) }
      for image in 0..<count {
        for map in norms { values += map[image * tokens..<(image + 1) * tokens] }
      }
      arrays.append(
        (block.name, NDArray(values, shape: [count, timesteps.count, size.height, size.width])))
    }
    return arrays
  }
}
