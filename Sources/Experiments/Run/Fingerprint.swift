import Files

/// What decides the units' results, as one hash.
enum Fingerprint {
  /// Changes whenever the layout of work files or the numerics change.
  private static let workVersion = 2

  static func of(_ settings: RunSettings, _ model: ModelIdentity, _ images: ImageSet) -> String {
    var lines = ["work \(workVersion)", "checkpoint \(model.hash)", "images \(images.hash)"]
    lines += settings.experiments.map(\.rawValue).sorted()
    lines += settings.options(model).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return SHA256Hex.of(lines.joined(separator: "\n").utf8)
  }
}

extension RunSettings {
  /// The options that decide values, by name.
  func options(_ model: ModelIdentity) -> [String: String] {
    model.options.merging([
      "timestep": "\(timestep)", "seed": "\(seed)", "batch-size": "\(batchSize)",
      "probe-passes": "\(probePasses)",
    ]) { $1 }
  }
}
