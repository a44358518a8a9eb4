package import Images
package import Kernels
package import Layers

/// Where representations come from: a checkpoint, or in tests a formula.
package protocol RepresentationSource {
  /// Hands out `layers` of every image of one batch, image by image, in forward order.
  ///
  /// The batch shares one noise, drawn anew from the source's seed for every batch.
  ///
  /// - Parameter body: takes the image's index in the batch, the layer and its map.
  /// - Throws: ``ExperimentError``, also what `body` throws.
  func representations(
    of batch: [RGBImage], layers: [Layer], timestep: Int,
    body: (Int, Layer, FeatureMap) throws(ExperimentError) -> Void
  ) throws(ExperimentError)
}

extension RGBImage {
  /// The picture without `border` pixels on each side; `border` must leave something.
  package func cropped(by border: Int) -> RGBImage {
    if border == 0 { return self }
    let (newWidth, newHeight) = (width - 2 * border, height - 2 * border)
    precondition(newWidth > 0 && newHeight > 0)
    var kept: [UInt8] = []
    kept.reserveCapacity(newWidth * newHeight * 3)
    for row in border..<border + newHeight {
      let start = (row * width + border) * 3
      kept += pixels[start..<start + newWidth * 3]
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: kept)
  }
}
