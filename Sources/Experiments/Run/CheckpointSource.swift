package import Images
package import Kernels
package import Layers
package import StableDiffusion

/// Representations of a checkpoint's U-Net.
package final class CheckpointSource: RepresentationSource {
  private let extractor: RepresentationExtractor
  /// The last batch with its latents: other timesteps of the same images need no second encoding.
  private var last: (images: [RGBImage], encoded: EncodedBatch)?

  /// Representations as `extractor` gives them; its seed must be set.
  package init(_ extractor: RepresentationExtractor) {
    precondition(extractor.settings.seed != nil)
    self.extractor = extractor
  }

  /// Hands out `layers` of every image of one batch.
  package func representations(
    of batch: [RGBImage], layers: [Layer], timestep: Int,
    body: (Int, Layer, FeatureMap) throws(ExperimentError) -> Void
  ) throws(ExperimentError) {
    do {
      let encoded = try encode(batch)
      for index in batch.indices {
        try extractor.run(encoded, index: index, layers: layers, timestep: timestep) {
          try body(index, $0, $1)
        }
      }
    } catch let error as ExperimentError {
      throw error
    } catch {
      throw ExperimentError(String(describing: error))
    }
  }

  /// The latents of a batch, clean and noised.
  package func inputs(
    of batch: [RGBImage], timestep: Int
  ) throws(ExperimentError) -> [InputLatents] {
    do throws(ModelError) {
      let encoded = try encode(batch)
      return batch.indices.map {
        InputLatents(
          latents: encoded.latents[$0],
          noised: extractor.input(encoded, index: $0, timestep: timestep))
      }
    } catch { throw ExperimentError(error.description) }
  }

  /// The first image's noised latents through the autoencoder's decoder.
  package func decoded(
    _ batch: [RGBImage], timesteps: [Int]
  ) throws(ExperimentError) -> [RGBImage]? {
    do throws(ModelError) {
      return try extractor.decoded(try encode(batch), index: 0, timesteps: timesteps)
    } catch { throw ExperimentError(error.description) }
  }

  private func encode(_ batch: [RGBImage]) throws(ModelError) -> EncodedBatch {
    if let last, last.images == batch { return last.encoded }
    let encoded = try extractor.encode(batch)
    last = (batch, encoded)
    return encoded
  }
}

extension ModelIdentity {
  /// The identity of a checkpoint under the given settings.
  ///
  /// - Throws: ``ExperimentError`` where one of its files cannot be read.
  package init(
    _ checkpoint: Checkpoint, settings: ExtractionSettings
  ) throws(ExperimentError) {
    let hash: String
    do throws(ModelError) { hash = try checkpoint.hash() } catch {
      throw ExperimentError(error.description)
    }
    self.init(
      checkpoint: checkpoint.repository ?? checkpoint.name, hash: hash,
      options: [
        "pixel-range": settings.pixelRange.rawValue, "weights": settings.weights.rawValue,
        "precision": settings.precision.rawValue, "prompt": settings.prompt,
        "backend": settings.backend.rawValue,
      ])
  }
}
