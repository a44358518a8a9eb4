import Files
package import Images
import Layers
package import Tensors

/// The small arrays of a run that single figures read, made from what its units left.
///
/// docs/FORMATS.md, "What single figures read", names them.
struct MapFiles {
  /// Images in figures that show images.
  private static let shown = 4
  /// The longer side of pictures for the eye.
  static let pictureSide = 128
  /// The block whose norms the scatter shows: where anomalies are labelled.
  private static let scattered = Layer(.up(1))

  let plan: WorkPlan
  let folder: WorkFolder
  let images: ImageSet
  let seed: UInt64

  private var maps: TokenMaps {
    TokenMaps(
      SpilledBlocks(plan, folder), shown: Array(0..<min(Self.shown, plan.images)))
  }

  /// A set of arrays: the first part of its file's name, and how it is made; nil arrays leave the
  /// file out.
  struct ArraySet {
    let name: String
    let make: () throws(ExperimentError) -> NamedArrays
  }

  /// All sets that this run can make.
  var sets: [ArraySet] {
    let maps = maps
    var sets = [
      ArraySet(name: "similarity_grids") { () throws(ExperimentError) in
        try pictures(maps.shown) + maps.similarityGrids(ReferenceToken())
      },
      ArraySet(name: "norm_timesteps") { () throws(ExperimentError) in try normTimesteps() },
      ArraySet(name: "norm_scatter") { () throws(ExperimentError) in
        try maps.normScatter(Self.scattered, seed: seed)
      },
      ArraySet(name: "feature_views") { () throws(ExperimentError) in
        try pictures(maps.shown) + maps.featureViews(Layer.blockOutputs, seed: seed)
      },
      ArraySet(name: "noise_levels") { () throws(ExperimentError) in try noiseLevels() },
    ]
    // A map of every token's similarities, tiled, can be read where the map is square.
    let latents = plan.grid.size(of: Layer(.convIn))
    if latents.height == latents.width {
      sets.append(
        ArraySet(name: "corner_maps") { () throws(ExperimentError) in
          try pictures(maps.shown) + maps.cornerMaps()
        })
    }
    // Predictions need trained probes.
    if plan.experiments.contains(.position) {
      sets.append(
        ArraySet(name: "position_maps") { () throws(ExperimentError) in try positionMaps() })
    }
    return sets
  }

  private func pictures(_ shown: [Int]) throws(ExperimentError) -> NamedArrays {
    var chosen: [RGBImage] = []
    for image in shown { chosen += try images.load(image..<image + 1) }
    return [("images", Pictures.array(chosen, longerSide: Self.pictureSide))]
  }

  /// What the trained probes predict for the tokens of the first test images.
  private func positionMaps() throws(ExperimentError) -> NamedArrays {
    let trained = ProbeTraining(images: plan.images, side: 1, channels: 1).trainImages
    let tested = trained..<min(plan.images, trained + 2 * Self.shown)
    let maps = TokenMaps(SpilledBlocks(plan, folder), shown: Array(tested))
    return try maps.positions { (block, shape) throws(ExperimentError) in
      guard let index = Layer.experiments.firstIndex(of: block.sameOutput) else { return nil }
      let result = try folder.result(of: .probe(index))
      return PositionProbe(
        side: shape.height, channels: shape.channels, weights: try result.floats("weight"),
        bias: try result.floats("bias"))
    }
  }

  /// The norms of the first images at the histograms' timesteps.
  ///
  /// Only the first batch is drawn at every timestep, so there are no more images than it has.
  private func normTimesteps() throws(ExperimentError) -> NamedArrays {
    let timesteps = WorkPlan.histogramTimesteps
    var results: [UnitResult] = []
    var count = min(Self.shown, plan.images)
    for timestep in timesteps {
      guard let first = plan.batches(timestep: timestep).first else { return [] }
      results.append(try folder.result(of: .extract(first)))
      count = min(count, first.images.count)
    }
    var arrays =
      try pictures(Array(0..<count)) + [
        ("timesteps", NDArray(timesteps.map { Int64($0) }, shape: [timesteps.count]))
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
        (
          block.name,
          TokenMaps.compact(
            values, shape: [count, timesteps.count, size.height, size.width])
        ))
    }
    return arrays
  }

  /// The first image as the U-Net gets it at several timesteps; empty without a decoder.
  private func noiseLevels() throws(ExperimentError) -> NamedArrays {
    guard let first = plan.extractions.first(where: { !$0.decoded.isEmpty }) else { return [] }
    let result = try folder.result(of: .extract(first))
    guard result.has("decoded") else { return [] }
    return [
      ("images", try result.array("decoded")),
      ("timesteps", NDArray(first.decoded.map { Int64($0) }, shape: [first.decoded.count])),
    ]
  }
}

/// Pictures for the eye.
package enum Pictures {
  /// uint8 [N, height, width, 3]; images of one size, of which there is at least one.
  package static func array(_ images: [RGBImage], longerSide side: Int) -> NDArray {
    let small = images.map { image in
      let longer = max(image.width, image.height)
      return image.resized(
        width: max(1, image.width * side / longer), height: max(1, image.height * side / longer))
    }
    return NDArray(
      dtype: .uint8, shape: [small.count, small[0].height, small[0].width, 3],
      storage: ArrayStorage(small.flatMap(\.pixels)))
  }
}
