import Benchmarks
import DNNLKernels
import Foundation
import Networks
import Testing

struct UNetBenchmarkTests {
  /// A small network of SD's topology.
  private var benchmark: UNetBenchmark {
    var benchmark = UNetBenchmark()
    benchmark.configuration.blockChannels = [32, 32, 64, 64]
    benchmark.configuration.crossAttentionWidth = 16
    benchmark.size = 16
    benchmark.runs = 3
    return benchmark
  }

  @Test func `measures passes and counts their operations`() throws {
    var table = ""
    let report = try benchmark.run { table = $0 }
    #expect(report.seconds.count == 3 && report.seconds.allSatisfy { $0 > 0 })
    #expect(report.matmulRate > 0.1 && report.peakMemory > 0.001)
    #expect(table.contains("convolution 4 -> 32 on 256"))
    // conv_in alone has 2 * 256 * 4 * 32 * 9; the whole is larger, and smaller than SD-1.5's 677.
    #expect(report.gigaflop > 0.001 && report.gigaflop < 1)
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
    let fields = try #require(json as? [String: Any])
    #expect(fields["median_s"] as? Double == report.median)
    #expect(fields["threads"] as? Int == report.machine.threads)
  }

  @Test func `random weights have the shape asked for, always the same`() throws {
    let tensor = try RandomWeights().tensor("conv_in.weight", expecting: [8, 4, 3, 3])
    #expect(tensor.shape == [8, 4, 3, 3])
    #expect(
      try RandomWeights().tensor("conv_in.weight", expecting: [8, 4, 3, 3]).values == tensor.values)
    #expect(try RandomWeights().tensor("a.norm.weight", expecting: [3]).values == [1, 1, 1])
    #expect(try RandomWeights().tensor("a.norm.bias", expecting: [3]).values == [0, 0, 0])
  }
}
