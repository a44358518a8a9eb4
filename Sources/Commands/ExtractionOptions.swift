public import ArgumentParser
public import StableDiffusion

/// Options of every command that runs images through a U-Net.
struct ExtractionOptions: ParsableArguments {
  @Option(name: .long, help: "The diffusion timestep, from 0 to 999: how much noise is added.")
  var timestep = 50

  @Option(
    name: .long, help: "The generator's seed, anew for every batch; none: another one every time.")
  var seed = SeedOption(value: 42)

  @Option(name: .long, help: "Images that share their noise; results depend on it.")
  var batchSize = 20

  @Option(name: .long, help: "Pixels scaled to [0, 1] as published, or to [-1, 1] as in diffusers.")
  var pixelRange = PixelRange.published

  @Option(
    name: .long,
    help: "Weights rounded to float16, as the published numbers were made, or as stored.")
  var weights = WeightRounding.published

  @Option(name: .long, help: "Numbers that the U-Net's products are computed in.")
  var precision = Precision.float32

  @Option(name: .long, help: ArgumentHelp("Kernels that compute.", visibility: .hidden))
  var backend = Backend.dnnl

  func validate() throws {
    guard batchSize > 0 else { throw ValidationError("--batch-size must be at least 1.") }
    guard timestep >= 0 else { throw ValidationError("--timestep must not be negative.") }
  }

  /// The options that decide values, for the command that provenance records.
  var words: [String] {
    var words = ["--batch-size", "\(batchSize)", "--timestep", "\(timestep)", "--seed", "\(seed)"]
    if pixelRange != .published { words += ["--pixel-range", pixelRange.rawValue] }
    if weights != .published { words += ["--weights", weights.rawValue] }
    if precision != .float32 { words += ["--precision", precision.rawValue] }
    return words
  }

  /// The settings that these options make, for one prompt.
  func settings(prompt: String = "") -> ExtractionSettings {
    var settings = ExtractionSettings()
    settings.prompt = prompt
    settings.seed = seed.value
    settings.pixelRange = pixelRange
    settings.weights = weights
    settings.precision = precision
    settings.backend = backend
    return settings
  }
}

/// A seed, or `none`.
struct SeedOption: ExpressibleByArgument, CustomStringConvertible {
  let value: UInt64?

  init(value: UInt64?) { self.value = value }

  init?(argument: String) {
    if argument == "none" {
      value = nil
    } else if let number = UInt64(argument) {
      value = number
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { description }
  var description: String { value.map(String.init) ?? "none" }
}

extension PixelRange: ExpressibleByArgument {}
extension WeightRounding: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Backend: ExpressibleByArgument {}
