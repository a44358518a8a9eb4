import CKernels
import Images
import Kernels
import Layers
import Tensors

/// Does one extraction: runs the network over a batch and leaves norms, group sums and tokens.
struct ExtractionWork {
  let extraction: Extraction
  let images: ImageSet
  let folder: WorkFolder
  let grid: LayerGrid

  /// What the maps of one layer have given so far.
  private struct LayerResult {
    var shape: MapShape
    var norms: [Float] = []
    var groups = GroupSums()
  }

  /// Runs `source` and writes the unit's files; `finished` is called after each image.
  func run(
    _ source: any RepresentationSource, finished: () -> Void
  ) throws(ExperimentError) {
    let layers = extraction.layers
    let (spilled, normed) = (Set(extraction.spilled), Set(extraction.norms))
    let grouped = Set(extraction.groups)
    let batch = try images.load(extraction.images).map { $0.cropped(by: extraction.crop) }
    let tokens = spilled.isEmpty ? nil : try folder.file(folder.tokensPath(extraction))
    var results: [Layer: LayerResult] = [:]
    if layers.isEmpty { for _ in batch { finished() } }
    try source.representations(
      of: layers.isEmpty ? [] : batch, layers: layers, timestep: extraction.timestep
    ) { (_, layer, map) throws(ExperimentError) in
      let shape = MapShape(height: map.height, width: map.width, channels: map.channels)
      try check(shape, of: layer, before: results[layer]?.shape)
      var result = results[layer] ?? LayerResult(shape: shape)
      try map.withValues { (values) throws(ExperimentError) in
        guard let start = values.baseAddress else { return }
        var norms = [Float](repeating: 0, count: map.tokens)
        unetlens_token_norms(start, map.tokens, map.channels, &norms)
        if grouped.contains(layer) {
          result.groups.add(
            start, norms: norms, height: map.height, width: map.width, channels: map.channels,
            inset: extraction.crop == 0 ? 1 : 0)
        }
        if normed.contains(layer) { result.norms += norms }
        if spilled.contains(layer) { try tokens?.append(UnsafeRawBufferPointer(values)) }
      }
      results[layer] = result
      if layer == layers.last { finished() }
    }
    try tokens?.commit()
    try folder.save(
      arrays(results) + inputs(source, batch) + decoded(source, batch), as: .extract(extraction))
  }

  /// The latents of a whole batch, and sums over their groups of tokens.
  private func inputs(
    _ source: any RepresentationSource, _ batch: [RGBImage]
  ) throws(ExperimentError) -> NamedArrays {
    guard extraction.inputs else { return [] }
    let inputs = try source.inputs(of: batch, timestep: extraction.timestep)
    var arrays: NamedArrays = []
    for (kind, maps) in [
      (InputKind.latents, inputs.map(\.latents)), (.noised, inputs.map(\.noised)),
    ] {
      var sums = GroupSums()
      for (image, map) in zip(extraction.images, maps) where image < WorkPlan.groupImages {
        map.withValues { values in
          guard let start = values.baseAddress else { return }
          var norms = [Float](repeating: 0, count: map.tokens)
          unetlens_token_norms(start, map.tokens, map.channels, &norms)
          sums.add(
            start, norms: norms, height: map.height, width: map.width, channels: map.channels,
            inset: extraction.crop == 0 ? 1 : 0)
        }
      }
      arrays.append(("groups/\(kind.rawValue)", NDArray(sums.values, shape: [3, 3])))
      guard extraction.crop == 0, let first = maps.first else { continue }
      arrays.append(
        (
          kind.rawValue,
          NDArray(
            maps.flatMap(\.values),
            shape: [maps.count, first.height, first.width, first.channels])
        ))
    }
    return arrays
  }

  private func decoded(
    _ source: any RepresentationSource, _ batch: [RGBImage]
  ) throws(ExperimentError) -> NamedArrays {
    guard !extraction.decoded.isEmpty,
      let pictures = try source.decoded(batch, timesteps: extraction.decoded), !pictures.isEmpty
    else { return [] }
    return [("decoded", Pictures.array(pictures, longerSide: MapFiles.pictureSide))]
  }

  /// Whether the network's maps have the sizes that the plan counted on.
  private func check(
    _ shape: MapShape, of layer: Layer, before: MapShape?
  ) throws(ExperimentError) {
    if let before, before != shape {
      throw ExperimentError(
        "\(layer): expected one shape for every image, found \(before) and \(shape)")
    }
    let planned = grid.size(of: layer)
    if extraction.crop == 0, (shape.height, shape.width) != planned {
      throw ExperimentError(
        "\(layer): expected \(planned.height)x\(planned.width) tokens for images of"
          + " \(images.width)x\(images.height) pixels, found \(shape.height)x\(shape.width)")
    }
  }

  private func arrays(_ results: [Layer: LayerResult]) -> [(key: String, value: NDArray)] {
    var arrays: [(key: String, value: NDArray)] = []
    let count = extraction.images.count
    for layer in extraction.layers {
      guard let result = results[layer] else { continue }
      let shape = result.shape
      arrays.append(
        (
          "shape/\(layer.name)",
          NDArray([shape.height, shape.width, shape.channels].map { Int64($0) }, shape: [3])
        ))
      if !result.norms.isEmpty {
        arrays.append(
          (
            "norms/\(layer.name)",
            NDArray(result.norms, shape: [count, shape.height, shape.width])
          ))
      }
      if extraction.groups.contains(layer) {
        arrays.append(("groups/\(layer.name)", NDArray(result.groups.values, shape: [3, 3])))
      }
    }
    return arrays
  }
}
