package import Layers

/// One piece of work of a run, done by any process, in any order of extraction, with the same
/// result.
///
/// A unit leaves files in the work folder and nothing else. Doing it twice does no harm.
package enum WorkUnit: Hashable, Sendable {
  /// One pass over one batch of images.
  case extract(Extraction)
  /// Position estimation of one layer, by its place in ``Layer/experiments``; needs all whole
  /// extractions.
  case probe(Int)
  /// The histogram of one block output at one timestep; needs that timestep's extractions.
  case histogram(block: Int, timestep: Int)
  /// Position estimation of the latents; needs all whole extractions.
  case inputProbe
}

/// One batch of images, whole or cropped, through the U-Net at one timestep.
package struct Extraction: Hashable, Sendable {
  /// The images, one whole batch: its size decides the noise.
  package var images: Range<Int>
  /// Pixels cut off each side.
  package var crop = 0
  /// The diffusion timestep.
  package var timestep: Int
  /// The layers whose tokens go to the disk.
  package var spilled: [Layer] = []
  /// The layers whose norms are kept.
  package var norms: [Layer] = []
  /// The layers whose group similarities are summed.
  package var groups: [Layer] = []
  /// Whether the latents, clean and as the U-Net gets them, are looked at too.
  package var inputs = false
  /// Timesteps at which the first image's latents are decoded.
  package var decoded: [Int] = []

  /// The unit's name in the work folder.
  package var name: String { "t\(timestep)-crop\(crop)-\(images.lowerBound)-\(images.upperBound)" }

  /// All layers wanted, in forward order.
  package var layers: [Layer] {
    let wanted = Set(spilled).union(norms).union(groups)
    return Layer.experiments.filter(wanted.contains)
  }
}

extension WorkUnit {
  /// The unit's name in the work folder.
  package var name: String {
    switch self {
    case .extract(let extraction): extraction.name
    case .probe(let layer): "probe-\(layer)"
    case .histogram(let block, let timestep): "histogram-\(block)-t\(timestep)"
    case .inputProbe: "probe-inputs"
    }
  }
}
