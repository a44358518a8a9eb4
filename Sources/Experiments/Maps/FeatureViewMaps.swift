package import Layers
import Tensors

extension TokenMaps {
  /// Views of the shown images' tokens, for each of `wanted`: `<block>/clusters` [N, n, n], k-means
  /// clusters 0 to 5, the largest first; `<block>/norms` [N, n, n]; `<block>/components`
  /// [N, n, n, 3], the first three principal components.
  ///
  /// Clusters and components are those of all shown images together, so that a colour means the same
  /// in every row.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func featureViews(
    _ wanted: [Layer], seed: UInt64
  ) throws(ExperimentError) -> NamedArrays {
    var arrays: NamedArrays = []
    for block in tokens.blocks where wanted.contains(block) {
      let shape = try tokens.shape(of: block)
      var values: [Float] = []
      var norms: [Float] = []
      for image in shown {
        values += try tokens.tokens(of: block, image: image)
        norms += try tokens.units(of: block, image: image).norms
      }
      // Squares of larger values are no float32 numbers.
      guard values.allSatisfy({ $0.magnitude < 1e15 }) else { continue }
      let sides = [shown.count, shape.height, shape.width]
      let clusters = KMeans(values, channels: shape.channels, seed: seed).clusters
      let components = PrincipalComponents(values, channels: shape.channels).projections
      arrays += [
        ("\(block.name)/clusters", Self.small(clusters.map { UInt16($0) }, shape: sides)),
        ("\(block.name)/norms", Self.compact(norms, shape: sides)),
        ("\(block.name)/components", Self.compact(components, shape: sides + [3])),
      ]
    }
    return arrays
  }
}
