package import Layers
package import Tensors

/// Arrays with their names, in the order in which a file holds them.
package typealias NamedArrays = [(key: String, value: NDArray)]

/// A token that others are compared with: its image, and its place in a grid of `side` columns and
/// rows, which is scaled to each block's.
package struct ReferenceToken: Equatable, Sendable {
  /// The image's index.
  package var image = 0
  /// The column.
  package var column = 17
  /// The row.
  package var row = 12
  /// Columns, and rows, of the grid that the place is counted in.
  package var side = 32

  /// The thesis's: the first image's token at column 17, row 12 of 32.
  package init() {}

  /// The token's place in a map of this shape, row by row.
  func index(in shape: MapShape) -> Int {
    row * shape.height / side * shape.width + column * shape.width / side
  }
}

/// What the figures of maps show, computed from the tokens of block outputs.
///
/// docs/FORMATS.md, "What single figures read", names the arrays.
package struct TokenMaps {
  /// The tokens.
  package let tokens: any BlockTokens
  /// Images that figures show, by index.
  package let shown: [Int]

  /// Maps of `tokens` that show the images `shown`.
  package init(_ tokens: any BlockTokens, shown: [Int]) {
    self.tokens = tokens
    self.shown = shown
  }

  /// Every shown token's cosine similarity to the reference token: `reference`, and by block
  /// [N, n, n] in float16.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func similarityGrids(_ reference: ReferenceToken) throws(ExperimentError) -> NamedArrays {
    // Figures count images among those they show.
    let place = shown.firstIndex(of: reference.image) ?? 0
    var arrays: NamedArrays = [
      (
        "reference",
        NDArray(
          [place, reference.column, reference.row, reference.side].map { Int64($0) }, shape: [4])
      )
    ]
    for block in tokens.blocks {
      let shape = try tokens.shape(of: block)
      let vector = try tokens.units(of: block, image: reference.image)
        .token(reference.index(in: shape))
      var values: [Float] = []
      for image in shown {
        values += try tokens.units(of: block, image: image).similarities(to: vector)
      }
      arrays.append(
        (block.name, NDArray(float16: values, shape: [shown.count, shape.height, shape.width])))
    }
    return arrays
  }

  /// Similarities to corner tokens, and the map of maps of the mid block, in float16.
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func cornerMaps() throws(ExperimentError) -> NamedArrays {
    var arrays: NamedArrays = []
    for block in tokens.blocks {
      let shape = try tokens.shape(of: block)
      arrays.append(("mean/\(block.name)", try meanToCorners(block, shape)))
      guard block == Layer(.mid) else { continue }
      arrays.append(("first/\(block.name)", try toFirstCorner(block, shape)))
      if shape.height <= 16 && shape.width <= 16 {
        arrays.append(("tiles/\(block.name)", try mapOfMaps(block, shape)))
      }
    }
    return arrays
  }

  /// Mean over all images of every token's similarity to its image's four corner tokens, [n, n].
  private func meanToCorners(
    _ block: Layer, _ shape: MapShape
  ) throws(ExperimentError) -> NDArray {
    let last = shape.height * shape.width - 1
    let corners = [0, shape.width - 1, last - (shape.width - 1), last]
    var mean = [Double](repeating: 0, count: last + 1)
    for image in 0..<tokens.imageCount {
      let units = try tokens.units(of: block, image: image)
      for corner in corners {
        for (token, value) in units.similarities(to: units.token(corner)).enumerated() {
          mean[token] += Double(value) / Double(4 * tokens.imageCount)
        }
      }
    }
    return NDArray(float16: mean.map { Float($0) }, shape: [shape.height, shape.width])
  }

  /// The shown images' similarities to the first shown one's upper left token, [N, n, n].
  private func toFirstCorner(
    _ block: Layer, _ shape: MapShape
  ) throws(ExperimentError) -> NDArray {
    var values: [Float] = []
    var corner: [Float] = []
    for image in shown {
      let units = try tokens.units(of: block, image: image)
      if corner.isEmpty { corner = units.token(0) }
      values += units.similarities(to: corner)
    }
    return NDArray(float16: values, shape: [shown.count, shape.height, shape.width])
  }

  /// At [y, x] the similarities to the token there, in the same image, mean over all images.
  private func mapOfMaps(_ block: Layer, _ shape: MapShape) throws(ExperimentError) -> NDArray {
    let count = shape.height * shape.width
    var tiles = [Double](repeating: 0, count: count * count)
    for image in 0..<tokens.imageCount {
      let units = try tokens.units(of: block, image: image)
      for token in 0..<count {
        for (other, value) in units.similarities(to: units.token(token)).enumerated() {
          tiles[token * count + other] += Double(value) / Double(tokens.imageCount)
        }
      }
    }
    return NDArray(
      float16: tiles.map { Float($0) },
      shape: [shape.height, shape.width, shape.height, shape.width])
  }

  /// The mean over all images of the norm at each place, by block [n, n].
  ///
  /// - Throws: ``ExperimentError`` where tokens cannot be read.
  package func meanNorms() throws(ExperimentError) -> NamedArrays {
    var arrays: NamedArrays = []
    for block in tokens.blocks {
      let shape = try tokens.shape(of: block)
      var sums = [Double](repeating: 0, count: shape.height * shape.width)
      for image in 0..<tokens.imageCount {
        for (token, norm) in try tokens.units(of: block, image: image).norms.enumerated() {
          sums[token] += Double(norm) / Double(tokens.imageCount)
        }
      }
      arrays.append(
        (block.name, NDArray(sums.map { Float($0) }, shape: [shape.height, shape.width])))
    }
    return arrays
  }

  /// The places that trained probes predict for the tokens of the shown images, by block
  /// [N, n, n, 2], in the smallest type that holds them.
  ///
  /// - Parameter probe: gives a block's trained probe, or nil where there is none.
  /// - Throws: ``ExperimentError`` where tokens or probes cannot be read.
  package func positions(
    probe: (Layer, MapShape) throws(ExperimentError) -> PositionProbe?
  ) throws(ExperimentError) -> NamedArrays {
    var arrays: NamedArrays = []
    for block in tokens.blocks {
      let shape = try tokens.shape(of: block)
      guard shape.height == shape.width, var probe = try probe(block, shape) else { continue }
      let count = shape.height * shape.width
      var predictions = [UInt16](repeating: 0, count: 2 * count)
      var values: [UInt16] = []
      for image in shown {
        let map = try tokens.tokens(of: block, image: image)
        map.withUnsafeBufferPointer {
          if let start = $0.baseAddress {
            probe.predict(tokens: start, rows: count, into: &predictions)
          }
        }
        values += predictions
      }
      arrays.append(
        (block.name, Self.small(values, shape: [shown.count, shape.height, shape.width, 2])))
    }
    return arrays
  }

  /// Whole numbers in one byte each where they fit, else as int32.
  static func small(_ values: [UInt16], shape: [Int]) -> NDArray {
    values.allSatisfy { $0 < 256 }
      ? NDArray(
        dtype: .uint8, shape: shape,
        storage: ArrayStorage(values.map { UInt8(truncatingIfNeeded: $0) }))
      : NDArray(
        dtype: .int32, shape: shape, storage: ArrayStorage(copying: values.map { Int32($0) }))
  }

  /// Numbers for the eye in float16, which keeps three digits; in float32 where they leave its
  /// range.
  static func compact(_ values: [Float], shape: [Int]) -> NDArray {
    values.allSatisfy { $0.isFinite && $0.magnitude < 60_000 }
      ? NDArray(float16: values, shape: shape) : NDArray(values, shape: shape)
  }
}
