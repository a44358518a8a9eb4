/// How pixels become numbers before the autoencoder.
public enum PixelRange: String, Sendable, CaseIterable {
  /// To [0, 1], as the published numbers were made.
  case published
  /// To [-1, 1], as diffusers' own preprocessing does and the autoencoder was trained.
  case diffusers
}

/// The numbers that matrix products are computed in.
public enum Precision: String, Sendable, CaseIterable {
  /// float32 throughout.
  case float32 = "f32"
  /// Factors of the U-Net's products rounded to bfloat16, sums in float32.
  case bfloat16 = "bf16"
}

/// Which kernels compute.
public enum Backend: String, Sendable, CaseIterable {
  /// oneDNN's products and our convolutions around them.
  case dnnl
  /// Plain Swift: slower, and what the browser runs.
  case portable
}

/// What stays the same over all images and timesteps of an extraction.
public struct ExtractionSettings: Sendable, Equatable {
  /// The text; the original's experiments use none.
  public var prompt = ""
  /// The seed that the generator starts from in every batch; without one each batch draws its own.
  public var seed: UInt64? = 42
  /// How pixels become numbers.
  public var pixelRange = PixelRange.published
  /// Which values of the weight files count.
  public var weights = WeightRounding.published
  /// The numbers that matrix products are computed in.
  public var precision = Precision.float32
  /// Which kernels compute.
  public var backend = Backend.dnnl

  /// The published settings; change what differs.
  public init() {}
}
