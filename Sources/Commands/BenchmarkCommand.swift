public import ArgumentParser
import Benchmarks
import DNNLKernels
import Files
import Foundation
import Networks

/// `unetlens benchmark`: how fast this machine computes.
public struct BenchmarkCommand: ParsableCommand {
  /// Name, summary and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure how fast this machine computes.",
    subcommands: [UNetBenchmarkCommand.self])

  /// Options as the parser fills them.
  public init() {}
}

/// `unetlens benchmark unet`: times passes of a full-size U-Net with random weights.
public struct UNetBenchmarkCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "unet",
    abstract: "Time passes of a full-size U-Net with random weights; needs no checkpoint.",
    discussion: """
      One image, a text of 77 tokens, latents of 64x64 (512x512 pixels). Needs 5 GB of memory. The
      rate of float32 matrix products is measured between the passes, to compare machines by.

      Example: unetlens benchmark unet --config sd15 --precision bf16 --runs 9 --json
      """)

  enum Network: String, ExpressibleByArgument, CaseIterable {
    case sd15
    case sd21

    var configuration: UNetConfiguration { self == .sd15 ? .sd15 : .sd21 }
  }

  enum Precision: String, ExpressibleByArgument, CaseIterable {
    case f32
    case bf16

    var kernels: DNNLKernels.Precision { self == .f32 ? .float32 : .bfloat16 }
  }

  @Option(name: .long, help: "The network.")
  var config = Network.sd15

  @Option(name: .long, help: "The precision of weights and products.")
  var precision = Precision.f32

  @Option(name: .long, help: "The number of timed passes.")
  var runs = 5

  @Option(name: .long, help: "The latents' side; an eighth of the image's.")
  var size = 64

  @Flag(name: .long, help: "Print one JSON document.")
  var json = false

  @Flag(name: .long, help: "Also print the time of each kind of operation, on standard error.")
  var profile = false

  @OptionGroup var shared: SharedOptions

  /// Options as the parser fills them.
  public init() {}

  /// Checks the numbers.
  public func validate() throws {
    guard (1...1000).contains(runs) else {
      throw ValidationError("--runs should be 1 to 1000, but is \(runs).")
    }
    guard (1...256).contains(size) else {
      throw ValidationError("--size should be 1 to 256, but is \(size).")
    }
  }

  /// Measures, and prints one line or a JSON document.
  public func run() throws {
    if precision == .bf16, !DNNLKernels.Machine.current.hasFastBFloat16 {
      shared.progress.warn("this machine has no fast bf16 products; computing in float32")
    }
    var benchmark = UNetBenchmark()
    benchmark.configuration = config.configuration
    benchmark.precision = precision.kernels
    benchmark.runs = runs
    benchmark.size = size
    let report = try benchmark.run { table in
      if profile { StandardError.write(table + "\n") }
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      print(
        String(
          format: "%@ %@: median %.3f s, min %.3f s of %d; %.0f GFLOP at %.2f of the matmul rate "
            + "(%.0f GFLOP/s); peak memory %.2f GB; %d threads, oneDNN %@, %@",
          config.rawValue, precision.rawValue, report.median, report.seconds.min() ?? 0, runs,
          report.gigaflop, report.efficiency, report.matmulRate, report.peakMemory,
          report.machine.threads, report.machine.library, report.machine.instructions))
    }
  }
}
