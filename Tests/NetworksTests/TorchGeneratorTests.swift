import Networks
import Tensors
import TestSupport
import Testing

/// torch's CPU generator, bit for bit, against `shared/reference/rng.npz` (torch 2.15).
@Suite(.enabled(if: SharedMaterial.hasReference, "needs shared/reference beside the checkout"))
struct TorchGeneratorTests {
  let arrays: [String: NDArray]

  init() throws {
    let entries = try NPZ.read("\(SharedMaterial.reference)/rng.npz")
    arrays = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
  }

  private func floats(_ name: String) throws -> [Float] {
    try #require(arrays[name], "\(name)").floats()
  }

  private func integers(_ name: String) throws -> [Int] {
    try #require(arrays[name]?.int64s(), "\(name)").map { Int($0) }
  }

  @Test(arguments: [1, 5, 15, 16, 17, 31, 32, 33, 100, 1000])
  func `randn and rand of any length`(_ count: Int) throws {
    var generator = TorchGenerator(seed: 42)
    #expect(generator.normals(count: count) == (try floats("randn_\(count)")))
    generator = TorchGenerator(seed: 42)
    #expect(generator.uniforms(count: count) == (try floats("rand_\(count)")))
    generator = TorchGenerator(seed: 42)
    let doubles = (0..<count).map { _ in generator.uniformDouble() }
    #expect(doubles == (try #require(arrays["rand64_\(count)"]).doubles()))
  }

  @Test(arguments: [("1x4x64x64", 16_384), ("10x4x64x64", 163_840)])
  func `randn of whole latents`(_ shape: String, _ count: Int) throws {
    var generator = TorchGenerator(seed: 42)
    #expect(generator.normals(count: count) == (try floats("randn_\(shape)")))
  }

  @Test(arguments: [0, 1, 7, 2_147_483_648, 4_294_967_295, 1_234_567_890_123] as [UInt64])
  func `other seeds, of which the low 32 bits count`(_ seed: UInt64) throws {
    var generator = TorchGenerator(seed: seed)
    #expect(generator.normals(count: 32) == (try floats("seed\(seed)_randn_32")))
    generator = TorchGenerator(seed: seed)
    #expect(generator.uniforms(count: 8) == (try floats("seed\(seed)_rand_8")))
  }

  @Test func `scalar, block and uniform draws share one stream`() throws {
    var generator = TorchGenerator(seed: 42)
    #expect(generator.normals(count: 3) == (try floats("mix_randn_3")))
    #expect(generator.normals(count: 20) == (try floats("mix_randn_20")))
    #expect(generator.normals(count: 1) == (try floats("mix_randn_1")))
    #expect(generator.uniforms(count: 2) == (try floats("mix_rand_2")))
    #expect(generator.normals(count: 2) == (try floats("mix_randn_2")))
  }

  @Test func `randperm and randint`() throws {
    for count in [10, 512, 1000, 32_768] {
      var generator = TorchGenerator(seed: 42)
      #expect(
        generator.permutation(count: count) == (try integers("randperm_\(count)")), "\(count)")
    }
    var generator = TorchGenerator(seed: 42)
    let long = generator.permutation(count: 100_000)
    #expect(Array(long.prefix(50)) == (try integers("randperm_100000_first50")))
    #expect(Array(long.suffix(50)) == (try integers("randperm_100000_last50")))
    generator = TorchGenerator(seed: 42)
    let drawn = (0..<10).map { _ in Int(generator.integer(below: 1 << 32)) }
    #expect(drawn == (try integers("randint_0_2p32")))
    // torch.manual_seed(42); torch.randint(0, 2**28 - 1, (2,)); likewise 2**28, 10
    for (bound, expected) in [
      (268_435_455, [266_460_267, 199_900_607]), (268_435_456, [199_900_595, 250_975_502]),
      (10, [2, 7]),
    ] as [(UInt64, [UInt64])] {
      generator = TorchGenerator(seed: 42)
      #expect([generator.integer(below: bound), generator.integer(below: bound)] == expected)
    }
  }

  @Test(arguments: [(320, 128), (32, 128), (1280, 16)])
  func `the initial weights of a linear map`(_ inputs: Int, _ outputs: Int) throws {
    var generator = TorchGenerator(seed: 42)
    let (weights, bias) = generator.linear(inputs: inputs, outputs: outputs)
    let name = "linear_\(inputs)_\(outputs)"
    #expect(Array(weights.prefix(64)) == (try floats("\(name)_weight_first64")))
    #expect(Array(bias.prefix(64)) == (try floats("\(name)_bias_first64")))
    let sum = weights.reduce(0.0) { $0 + Double($1) }
    let expected = try #require(arrays["\(name)_weight_sum64"]).doubles()
    // The order of summation may differ in the last bits.
    #expect(abs(sum - expected[0]) < 1e-9)
  }

  @Test func `the position experiment's sequence of draws`() throws {
    var generator = TorchGenerator(seed: 42)
    let first = generator.linear(inputs: 32, outputs: 128)
    #expect(first.weights == (try floats("seq_linear_32_128_weight")))
    #expect(first.bias == (try floats("seq_linear_32_128_bias")))
    for name in ["seq_then_randperm_32768", "seq_then_randperm_again"] {
      let order = generator.permutation(count: 32_768)
      #expect(Array(order.prefix(50)) == (try integers("\(name)_first50")))
    }
    let second = generator.linear(inputs: 64, outputs: 64)
    #expect(
      Array(second.weights.prefix(64)) == (try floats("seq_then_linear_64_64_weight_first64")))
    #expect(second.bias == (try floats("seq_then_linear_64_64_bias")))
  }
}
