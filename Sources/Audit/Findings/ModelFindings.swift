import Dispatch
package import Experiments
package import Figures
package import Layers
import Synchronization
import Tensors

/// Everything that a model's cached arrays say about its layers.
package struct ModelFindings: Sendable {
  /// The layer whose anomalies the paper labels: the end of `up_blocks[1]`.
  package static let labelledLayer = Layer(.up(1), .upsampler)
  /// The built-in model that was never trained.
  package static let untrainedName = "mini-untrained"

  /// The model's short name.
  package let model: String
  /// The 45 layers in forward order.
  package private(set) var layers = Layer.experiments.map { LayerFindings($0) }
  /// The files that they were read from.
  package private(set) var sources: [Figure.Source] = []
  /// Where the arrays come from, as far as recorded.
  package internal(set) var provenance: Provenance

  /// Reads the arrays of `model`.
  ///
  /// - Throws: ``AuditError`` where one is there but wrong, or none is there.
  package init(_ model: String, in data: DataFolder) throws(AuditError) {
    self.model = model
    provenance = try Self.provenance(of: model, data)
    do throws(FigureError) {
      try readNorms(data)
      try readAccuracies(data)
      try readSimilarities(data)
      try readLabelled(data)
    } catch { throw AuditError(error.description) }
    guard !sources.isEmpty else {
      throw AuditError(
        "\(data.path): expected arrays of the model \"\(model)\" such as "
          + "\(ArrayKind.accuracies.fileName(model)), found none")
    }
  }

  /// The record of the model's file of this kind.
  package func record(_ kind: ArrayKind) -> Provenance.Entry? {
    provenance.arrays[kind.fileName(model)]
  }

  /// The record of one of the files that findings were read from, which are all of one run.
  package var record: Provenance.Entry? {
    record(.norms) ?? record(.accuracies) ?? record(.groupSimilarities)
  }

  /// Puts the untrained control's accuracies beside those of the same layers.
  package mutating func compare(untrained: ModelFindings) {
    for place in layers.indices {
      layers[place].untrained = untrained.layers[place].coarseAccuracy
    }
  }

  private static func provenance(
    of model: String, _ data: DataFolder
  ) throws(AuditError) -> Provenance {
    guard let path = data.location(of: "provenance_\(model).json") else {
      return Provenance(name: model)
    }
    do throws(ExperimentError) { return try Provenance.read(path, name: model) } catch {
      throw AuditError(error.description)
    }
  }

  /// The layers' grids where no norm map shows them: from the size of the images.
  private func grid(_ file: String) -> LayerGrid? {
    guard let size = provenance.arrays[file]?.imageSize, size.count == 2,
      size.allSatisfy({ (8...65536).contains($0) })
    else { return nil }
    return LayerGrid(width: size[0], height: size[1])
  }

  private mutating func readAccuracies(_ data: DataFolder) throws(FigureError) {
    guard let file = try data.file(.accuracies, model) else { return }
    let sizes = [8, 16, 32, 64]
    let array = try file.array(shape: [layers.count, nil, sizes.count])
    let epochs = array.shape[1]
    guard epochs > 0 else { return }
    sources.append(file.source)
    let values = array.doubles()
    let grid = grid(file.source.name)
    for place in layers.indices {
      if layers[place].columns == nil, let size = grid?.size(of: layers[place].layer) {
        (layers[place].rows, layers[place].columns) = (size.height, size.width)
      }
      let side = layers[place].columns
      layers[place].position = sizes.enumerated().map { index, cells in
        LayerFindings.Position(
          cells: cells, accuracy: values[(place * epochs + epochs - 1) * sizes.count + index],
          chance: 1 / Double(min(cells, side ?? cells)))
      }
    }
  }

  private mutating func readSimilarities(_ data: DataFolder) throws(FigureError) {
    guard let file = try data.file(.groupSimilarities, model) else { return }
    guard case .dict = file.archive else {
      throw FigureError(.array, "\(file.path): expected a dict of layers, found something else")
    }
    sources.append(file.source)
    let corrected = provenance.arrays[file.source.name]?.corrected ?? [:]
    // As in the figure: what conv_out predicts is noise, which has no similarities to compare.
    for place in layers.indices.dropLast() {
      let name = layers[place].layer.name
      guard let entry = file.archive[name] else { continue }
      guard let pair = entry.elements, pair.count == 2 else {
        throw FigureError(.array, "\(file.path): \(name): expected a list of two matrices")
      }
      let cropped = try file.array(pair[0], named: "\(name)/0", shape: [3, 3]).doubles()
      let whole = try file.array(pair[1], named: "\(name)/1", shape: [3, 3]).doubles()
      let right = corrected[name]
      func similarity(_ group: Int) -> LayerFindings.Similarity {
        var similarity = LayerFindings.Similarity(
          ratio: cropped[4 * group] / whole[4 * group])
        if let right, right.count == 2, right.allSatisfy({ $0.count == 3 && $0[group].count == 3 }),
          let first = right[0][group][group], let second = right[1][group][group]
        {
          similarity.corrected = first / second
        }
        return similarity
      }
      // Without the outermost ring, a map of four tokens a side has corners only.
      let side = min(layers[place].rows ?? .max, layers[place].columns ?? .max)
      if side > 3 { layers[place].corner = similarity(0) }
      if side > 4 { layers[place].border = similarity(1) }
    }
  }

  private mutating func readNorms(_ data: DataFolder) throws(FigureError) {
    guard let file = try data.file(.norms, model) else { return }
    var arrays: [NDArray?] = []
    for layer in layers {
      arrays.append(try file.array(layer.layer.name, shape: [nil, nil, nil]))
    }
    sources.append(file.source)
    let found = Mutex([NormFindings?](repeating: nil, count: arrays.count))
    let given = arrays
    DispatchQueue.concurrentPerform(iterations: arrays.count) { place in
      guard let array = given[place] else { return }
      let findings = NormFindings(Self.maps(of: array))
      found.withLock { $0[place] = findings }
    }
    for (place, findings) in found.withLock({ $0 }).enumerated() {
      layers[place].norms = findings
      layers[place].rows = given[place]?.shape[1]
      layers[place].columns = given[place]?.shape[2]
    }
  }

  /// The maps in an array [images, rows, columns].
  static func maps(of array: NDArray) -> [NormMap] {
    let (rows, columns) = (array.shape[1], array.shape[2])
    let values = array.floats()
    return (0..<array.shape[0]).map {
      NormMap(
        height: rows, width: columns,
        values: Array(values[$0 * rows * columns..<($0 + 1) * rows * columns]))
    }
  }

  private mutating func readLabelled(_ data: DataFolder) throws(FigureError) {
    guard let file = try data.file(.anomalyMeans, model) else { return }
    let means = try file.array(shape: [layers.count]).doubles()
    guard means.contains(where: \.isFinite) else { return }
    sources.append(file.source)
    var deviations: [Double]?
    if let spread = try data.file(.anomalyDeviations, model) {
      deviations = try spread.array(shape: [layers.count]).doubles()
      sources.append(spread.source)
    }
    for place in layers.indices {
      layers[place].labelledNorm = means[place]
      layers[place].labelledDeviation = deviations?[place]
    }
  }
}
