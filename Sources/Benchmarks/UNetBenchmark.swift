public import DNNLKernels
internal import Glibc
internal import Kernels
internal import Layers
public import Networks

/// Times passes of a U-Net with random weights: batch 1, one timestep, a text of 77 tokens.
public struct UNetBenchmark {
  /// The network.
  public var configuration = UNetConfiguration.sd15
  /// The precision of weights and products.
  public var precision = DNNLKernels.Precision.float32
  /// The number of timed passes, after two that warm up.
  public var runs = 5
  /// The latents' side.
  public var size = 64

  /// SD-1.5 in float32; change what differs.
  public init() {}

  /// What was measured.
  public struct Report: Equatable, Sendable, Encodable {
    /// Seconds of the timed passes, in order.
    public let seconds: [Double]
    /// Seconds to make and pack the weights.
    public let packingSeconds: Double
    /// GFLOP of a pass in convolutions and linear maps, counted as direct ones.
    public let gigaflop: Double
    /// GFLOP/s of float32 matrix products, measured between the passes: the median.
    public let matmulRate: Double
    /// The largest resident memory of the process so far, in GB (10^9 bytes).
    public let peakMemory: Double
    /// The library, instruction set and threads.
    public let machine: DNNLKernels.Machine

    /// The median of `seconds`.
    public var median: Double { Benchmarks.median(seconds) }
    /// The pass's operations a second as a multiple of the matrix products'.
    public var efficiency: Double { gigaflop / median / matmulRate }

    private enum CodingKeys: String, CodingKey {
      case median = "median_s"
      case minimum = "min_s"
      case seconds = "times_s"
      case runs
      case packingSeconds = "packing_s"
      case gigaflop = "pass_gflop"
      case matmulRate = "matmul_gflops"
      case efficiency = "pass_to_matmul_rate"
      case peakMemory = "peak_memory_gb"
      case threads
      case library = "onednn"
      case instructions
    }

    /// Writes the measurements and what follows from them.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(median, forKey: .median)
      try container.encode(seconds.min() ?? 0, forKey: .minimum)
      try container.encode(seconds, forKey: .seconds)
      try container.encode(seconds.count, forKey: .runs)
      try container.encode(packingSeconds, forKey: .packingSeconds)
      try container.encode(gigaflop, forKey: .gigaflop)
      try container.encode(matmulRate, forKey: .matmulRate)
      try container.encode(efficiency, forKey: .efficiency)
      try container.encode(peakMemory, forKey: .peakMemory)
      try container.encode(machine.threads, forKey: .threads)
      try container.encode(machine.library, forKey: .library)
      try container.encode(machine.instructions, forKey: .instructions)
    }
  }

  /// Builds the network and times it.
  ///
  /// - Parameter profile: Takes a table of the operations of the passes that warm up, whose timing
  ///   costs little.
  /// - Throws: ``Networks/NetworkError`` when the configuration is none that the networks have.
  public func run(profile: (String) -> Void = { _ in }) throws(NetworkError) -> Report {
    precondition(runs > 0 && size > 0)
    let clock = ContinuousClock()
    let kernels = ProfilingKernels(DNNLKernels(precision: precision))
    var configuration = configuration
    configuration.typicalLatentSize = size
    let start = clock.now
    let unet = try UNet(configuration, weights: RandomWeights(), kernels: kernels)
    let packing = clock.now - start
    let text = try unet.condition(text: noise(height: 77, configuration.crossAttentionWidth))
    let latents = noise(height: size, width: size, configuration.inputChannels)
    func pass() -> Double {
      let start = clock.now
      unet.run(latents: latents, timestep: 50, text: text, layers: [Layer(.convOut)]) { _, _ in }
      return (clock.now - start) / .seconds(1)
    }
    _ = pass()
    kernels.profile.reset()
    _ = pass()
    let operations = kernels.profile.weightOperations
    profile(kernels.profile.table)

    let products = ProductRate()
    var seconds: [Double] = []
    var rates: [Double] = []
    for _ in 0..<runs {
      seconds.append(pass())
      rates.append(products.measure())
    }
    return Report(
      seconds: seconds, packingSeconds: packing / .seconds(1), gigaflop: operations / 1e9,
      matmulRate: median(rates), peakMemory: peakMemory, machine: .current)
  }

  private func noise(height: Int, width: Int = 1, _ channels: Int) -> FeatureMap {
    var generator = TorchGenerator(seed: 42)
    return FeatureMap(
      height: height, width: width, channels: channels,
      values: generator.normals(count: height * width * channels))
  }

  private var peakMemory: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e9
  }
}

/// How fast the machine multiplies float32 matrices, 1024 x 1280 by 1280 x 1280.
struct ProductRate {
  private let kernels = DNNLKernels()
  private let weights: PackedLinear
  private let input: FeatureMap

  init() {
    let side = 1280
    weights = kernels.pack(
      LinearWeights(
        values: [Float](repeating: 0.01, count: side * side), bias: nil, outputs: side,
        inputs: side, typicalTokens: 1024))
    input = FeatureMap(
      tokens: 1024, channels: side, values: [Float](repeating: 1, count: 1024 * side))
    _ = kernels.linear(input, weights, residual: nil)
  }

  /// GFLOP/s: the median of eight products.
  func measure() -> Double {
    let clock = ContinuousClock()
    let seconds = (0..<8).map { _ in
      let start = clock.now
      _ = kernels.linear(input, weights, residual: nil)
      return (clock.now - start) / .seconds(1)
    }
    return 2 * Double(input.count) * 1280 / median(seconds) / 1e9
  }
}

/// The middle value, or the mean of the middle two; 0 of none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
