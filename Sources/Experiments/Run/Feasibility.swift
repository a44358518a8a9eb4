import Layers

/// Which of the wanted experiments cannot be done with these images and labels, and why.
struct Feasibility {
  /// In the experiments' order.
  let refused: [(experiment: Experiment, reason: String)]

  init(_ settings: RunSettings, _ images: ImageSet) {
    refused = Experiment.allCases.filter(settings.experiments.contains).compactMap { experiment in
      Self.reason(experiment, settings, images).map { (experiment, $0) }
    }
  }

  private static func reason(
    _ experiment: Experiment, _ settings: RunSettings, _ images: ImageSet
  ) -> String? {
    let size = "\(images.width)x\(images.height) pixels"
    let square = images.width == images.height
    if min(images.width, images.height) < 8 {
      return "\(settings.images): expected images of at least 8x8 pixels, found \(size)"
    }
    switch experiment {
    case .position, .inputs:
      if experiment == .inputs, min(images.width, images.height) < 24 {
        return "inputs: expected images of at least 24x24 pixels, found \(size)"
      }
      if images.paths.count < 2 {
        return "position estimation trains on four fifths of the images and tests on the rest:"
          + " expected at least 2 images in \(settings.images), found \(images.paths.count)"
      }
      return square
        ? nil : "position estimation: expected square images in \(settings.images), found \(size)"
    case .tokenGroups:
      if !square {
        return "token groups: expected square images in \(settings.images), found \(size)"
      }
      return tooSmall(images).map {
        "token groups: images of \(size) are too small: cropping one token of \($0.layer)"
          + " (\($0.token) pixels) off each side leaves \($0.left) pixels, expected at least 8"
      }
    case .anomalies:
      return settings.labels == .none
        ? "anomalies: expected --labels with a label file, or auto" : nil
    case .norms, .histograms, .maps:
      return nil
    }
  }

  /// The first layer whose crop leaves nothing that the autoencoder can take.
  private static func tooSmall(_ images: ImageSet) -> (layer: Layer, token: Int, left: Int)? {
    let grid = LayerGrid(width: images.width, height: images.height)
    for layer in Layer.experiments {
      let token = images.width / grid.size(of: layer).width
      let left = images.width - 2 * token
      if left < 8 { return (layer, token, left) }
    }
    return nil
  }
}
