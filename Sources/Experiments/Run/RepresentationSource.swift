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

  /// What the U-Net is given for each image of a batch.
  ///
  /// - Throws: ``ExperimentError``.
  func inputs(of batch: [RGBImage], timestep: Int) throws(ExperimentError) -> [InputLatents]

  /// The first image of a batch as the U-Net gets it at each timestep, turned back into a picture;
  /// nil where there is no decoder.
  ///
  /// - Throws: ``ExperimentError``.
  func decoded(_ batch: [RGBImage], timesteps: [Int]) throws(ExperimentError) -> [RGBImage]?
}

/// The latents of one image.
package struct InputLatents: Sendable {
  /// As the autoencoder gives them, scaled.
  package var latents: FeatureMap
  /// Noised, as the U-Net gets them.
  package var noised: FeatureMap

  /// The latents of one image, clean and noised.
  package init(latents: FeatureMap, noised: FeatureMap) {
    self.latents = latents
    self.noised = noised
  }
}

/// The two forms of latents, by their names in files.
enum InputKind: String, CaseIterable {
  case latents
  case noised
}

extension RepresentationSource {
  /// No decoder.
  package func decoded(
    _ batch: [RGBImage], timesteps: [Int]
  ) throws(ExperimentError) -> [RGBImage]? { nil }
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
