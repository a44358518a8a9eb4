/// What a run computes, from what, and how.
public struct RunSettings: Sendable {
  /// Where the anomaly labels come from.
  public enum Labels: Sendable, Equatable {
    /// There are none.
    case none
    /// A label file, int64 [N, 3].
    case file(String)
    /// The automatic detector.
    case automatic
  }

  /// The model's name in file names.
  public var name: String
  /// The folder of images.
  public var images: String
  /// The folder that the arrays go to.
  public var output: String
  /// What to compute.
  public var experiments: Set<Experiment>
  /// Whether the experiments were asked for by name: then one that cannot be done is an error.
  public var experimentsAreNamed: Bool
  /// Anomaly labels.
  public var labels = Labels.none
  /// As if the folder held only its first images.
  public var limit: Int?
  /// Images of a batch, which share one noise.
  public var batchSize = 20
  /// The diffusion timestep.
  public var timestep = 50
  /// The seed of noise, probes and samples.
  public var seed: UInt64 = 42
  /// Passes over the training tokens for each of the five accuracies that a probe reports.
  ///
  /// The paper took one, of 500 images; few images and narrow layers need more.
  public var probePasses = 1
  /// Whether the norm maps of every image are written; they are by far the largest file.
  public var writesNorms = true
  /// Bytes that the run may keep in memory beside the network.
  public var memory = 8 << 30

  /// Settings with the published defaults: every experiment, none of them by name.
  public init(name: String, images: String, output: String, experiments: Set<Experiment>? = nil) {
    self.name = name
    self.images = images
    self.output = output
    self.experiments = experiments ?? Set(Experiment.allCases)
    experimentsAreNamed = experiments != nil
  }

  /// Checks what can be checked without looking at files.
  ///
  /// - Throws: ``ExperimentError`` for a name that cannot stand in file names, or numbers out of
  ///   range.
  public func validate() throws(ExperimentError) {
    let allowed = name.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "._-".utf8.contains($0)
    }
    guard !name.isEmpty, allowed, !name.hasSuffix("_limits"), !name.hasPrefix("auto_") else {
      throw ExperimentError(
        "--name \(name): expected letters, digits, '.', '_' and '-', and neither auto_ at the start"
          + " nor _limits at the end")
    }
    guard limit.map({ $0 > 0 }) ?? true else {
      throw ExperimentError("--limit: expected 1 or more images, found \(limit ?? 0)")
    }
    guard batchSize > 0 else {
      throw ExperimentError("--batch-size: expected 1 or more images, found \(batchSize)")
    }
    guard (1...1000).contains(probePasses) else {
      throw ExperimentError("--probe-passes: expected 1 to 1000, found \(probePasses)")
    }
    guard (0..<1000).contains(timestep) else {
      throw ExperimentError("--timestep: expected 0 to 999, found \(timestep)")
    }
    guard memory >= 64 << 20 else {
      throw ExperimentError("--memory: expected 64M or more, found \(memory >> 20)M")
    }
  }
}

/// The checkpoint a run uses, as provenance records it.
public struct ModelIdentity: Sendable, Equatable {
  /// The checkpoint as a person would call it: its hub name, or its folder's name.
  public var checkpoint: String
  /// SHA-256 over the files that decide the representations.
  public var hash: String
  /// Further options that decide them, by name: weights, precision, pixel range.
  public var options: [String: String]

  /// A checkpoint of this name, hash and options.
  public init(checkpoint: String, hash: String, options: [String: String]) {
    self.checkpoint = checkpoint
    self.hash = hash
    self.options = options
  }
}
