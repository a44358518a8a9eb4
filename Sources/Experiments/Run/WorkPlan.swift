package import Layers

/// The work of one run: which units there are, in an order in which one process can do them.
///
/// The plan follows from the options and the images' number and size alone, so that several
/// processes agree on it without talking.
package struct WorkPlan: Sendable {
  /// Timesteps of the histograms, as in the thesis.
  package static let histogramTimesteps = [0, 50, 200]
  /// Timesteps at which one image is decoded, to show how much noise they mean.
  package static let decodedTimesteps = [0, 50, 200, 500, 999]
  /// The most images that token-group similarities use, as published.
  package static let groupImages = 500

  /// The experiments the plan serves.
  package let experiments: Set<Experiment>
  /// The number of images.
  package let images: Int
  /// Tokens of each layer.
  package let grid: LayerGrid
  /// Images of a batch; the last has fewer.
  package let batchSize: Int
  /// The main timestep.
  package let timestep: Int
  /// Passes over the training tokens for each accuracy that a probe reports.
  package let probePasses: Int
  /// All extractions.
  package let extractions: [Extraction]

  /// Plans the experiments for `images` images of `width` x `height` pixels.
  package init(
    experiments: Set<Experiment>, images: Int, width: Int, height: Int, batchSize: Int,
    timestep: Int, probePasses: Int = 1
  ) {
    self.experiments = experiments
    self.images = images
    self.batchSize = batchSize
    self.timestep = timestep
    self.probePasses = probePasses
    grid = LayerGrid(width: width, height: height)
    extractions =
      Self.whole(experiments, images, batchSize, timestep)
      + Self.cropped(experiments, images, batchSize, timestep, width: width, grid: grid)
  }

  /// All units: extractions, then what needs them.
  package var units: [WorkUnit] {
    var units = extractions.map { WorkUnit.extract($0) }
    if experiments.contains(.position) {
      units += Layer.experiments.indices.map { WorkUnit.probe($0) }
    }
    if experiments.contains(.inputs) { units.append(.inputProbe) }
    if experiments.contains(.histograms) {
      for timestep in Self.histogramTimesteps {
        units += Layer.blockOutputs.indices.map { .histogram(block: $0, timestep: timestep) }
      }
    }
    return units
  }

  /// The extractions of all images, whole, at `timestep`, in order of images.
  package func batches(timestep: Int) -> [Extraction] {
    extractions.filter { $0.crop == 0 && $0.timestep == timestep && !$0.norms.isEmpty }
  }

  private static func ranges(_ images: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: images, by: size).map { $0..<min($0 + size, images) }
  }

  private static func whole(
    _ experiments: Set<Experiment>, _ images: Int, _ batchSize: Int, _ timestep: Int
  ) -> [Extraction] {
    let blocks = Layer.blockOutputs.map(\.sameOutput)
    let hasHistograms = experiments.contains(.histograms)
    let hasMaps = experiments.contains(.maps)
    let others = hasHistograms || hasMaps ? histogramTimesteps : []
    let grouped =
      experiments.contains(.tokenGroups) ? ranges(min(images, groupImages), batchSize) : []
    var all: [Extraction] = []
    for range in ranges(images, batchSize) {
      var main = Extraction(images: range, timestep: timestep, norms: Layer.experiments)
      if experiments.contains(.position) {
        main.spilled = Layer.experiments
      } else if hasMaps || (hasHistograms && others.contains(timestep)) {
        main.spilled = blocks
      }
      if grouped.contains(range) { main.groups = Layer.experiments }
      main.inputs = experiments.contains(.inputs)
      if hasMaps && range.lowerBound == 0 { main.decoded = decodedTimesteps }
      all.append(main)
      // Maps show the first images only; histograms take all.
      for other in others where other != timestep && (hasHistograms || range.lowerBound == 0) {
        all.append(
          Extraction(
            images: range, timestep: other, spilled: hasHistograms ? blocks : [], norms: blocks))
      }
    }
    // Where the 500th image lies inside a batch, the original's last batch is a smaller one.
    if let last = grouped.last, !ranges(images, batchSize).contains(last) {
      all.append(Extraction(images: last, timestep: timestep, groups: Layer.experiments))
    }
    return all
  }

  /// One crop for every token size, for the layers that have it.
  ///
  /// The latents have the token size of `conv_in`.
  private static func cropped(
    _ experiments: Set<Experiment>, _ images: Int, _ batchSize: Int, _ timestep: Int, width: Int,
    grid: LayerGrid
  ) -> [Extraction] {
    let hasInputs = experiments.contains(.inputs)
    guard hasInputs || experiments.contains(.tokenGroups) else { return [] }
    let crops = Layer.experiments.map { width / grid.size(of: $0).width }
    return Set(crops).sorted().flatMap { crop -> [Extraction] in
      let layers = zip(Layer.experiments, crops).filter { $0.1 == crop }.map(\.0)
      let isInput = hasInputs && layers.contains(Layer(.convIn))
      let grouped = experiments.contains(.tokenGroups) ? layers : []
      guard isInput || !grouped.isEmpty else { return [] }
      return ranges(min(images, groupImages), batchSize).map {
        Extraction(
          images: $0, crop: crop, timestep: timestep, groups: grouped, inputs: isInput)
      }
    }
  }
}
