package import Layers
package import Tensors

/// The block outputs in a file that `unetlens extract` wrote: float32 [images, C, h, w] a layer.
package struct RepresentationTokens: BlockTokens {
  private let path: String
  private let arrays: [Layer: NDArray]
  /// The number of images.
  package let imageCount: Int
  /// The block outputs that are there, in forward order.
  package let blocks: [Layer]

  /// Opens the file; a block output may go by the name of the layer that ends the block.
  ///
  /// - Throws: ``ExperimentError`` where it cannot be read or holds no block's output.
  package init(_ path: String) throws(ExperimentError) {
    self.path = path
    var arrays: [Layer: NDArray] = [:]
    do throws(TensorError) {
      let file = try SafeTensors(path)
      for block in Layer.blockOutputs {
        let names = [block.name, block.sameOutput.name]
        guard let name = names.first(where: file.names.contains) else { continue }
        arrays[block] = try file.array(named: name)
      }
    } catch { throw ExperimentError(error.description) }
    let counts = Set(arrays.values.map { $0.shape.first ?? 0 })
    guard arrays.values.allSatisfy({ $0.shape.count == 4 && !$0.shape.contains(0) }),
      counts.count == 1, let count = counts.first
    else {
      throw ExperimentError(
        "\(path): expected representations [images, channels, height, width] of block outputs such"
          + " as mid_block, as unetlens extract writes them, found "
          + (arrays.isEmpty ? "none" : "arrays of other shapes"))
    }
    imageCount = count
    blocks = Layer.blockOutputs.filter { arrays[$0] != nil }
    self.arrays = arrays
  }

  /// Height, width and channels of a block's maps.
  package func shape(of block: Layer) throws(ExperimentError) -> MapShape {
    guard let array = arrays[block] else { throw ExperimentError("\(path): has no \(block.name)") }
    return MapShape(height: array.shape[2], width: array.shape[3], channels: array.shape[1])
  }

  /// The tokens of one image, row by row, channels last.
  package func tokens(of block: Layer, image: Int) throws(ExperimentError) -> [Float] {
    let shape = try shape(of: block)
    guard let array = arrays[block], (0..<imageCount).contains(image) else {
      throw ExperimentError("\(path): has no image \(image); there are \(imageCount)")
    }
    let size = shape.count * array.dtype.size
    let planes = NDArray(
      dtype: array.dtype, shape: [shape.count],
      storage: array.storage.slice(image * size..<(image + 1) * size)
    ).floats()
    let count = shape.height * shape.width
    return [Float](unsafeUninitializedCapacity: planes.count) { target, filled in
      for token in 0..<count {
        for channel in 0..<shape.channels {
          target[token * shape.channels + channel] = planes[channel * count + token]
        }
      }
      filled = planes.count
    }
  }
}
