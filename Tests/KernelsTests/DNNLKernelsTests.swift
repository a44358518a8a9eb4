import DNNLKernels
import Kernels
import TestSupport
import Testing

/// Every operation of ``DNNLKernels`` against ``PortableKernels`` on random values and odd shapes.
///
/// Float32 sums in another order differ by some 1e-6; Winograd's F(4x4, 3x3) by up to 3e-6.
struct DNNLKernelsTests {
  let fast = DNNLKernels()
  let plain = PortableKernels()
  static let tolerance = 8e-6

  static let convolutions: [ConvolutionCase] = {
    var random = SplitMix(state: 1)
    var cases: [ConvolutionCase] = []
    let channels = [1, 3, 4, 8, 12, 16, 20, 32, 33, 64, 96, 100]
    for index in 0..<48 {
      cases.append(
        ConvolutionCase(
          height: random.next(in: 1...37), width: random.next(in: 1...37),
          inputs: channels[random.next(in: 0...11)], outputs: channels[random.next(in: 0...11)],
          // Sizes that make the backend choose each of its algorithms.
          typical: [8, 16, 64][index % 3], stride: index % 4 == 3 ? 2 : 1,
          padding: index % 8 == 3 ? .rightAndBottom : .one,
          mode: index % 5 == 4 ? .circular : .zeros))
    }
    cases.append(
      ConvolutionCase(
        height: 64, width: 62, inputs: 320, outputs: 64, typical: 64, stride: 1, padding: .one,
        mode: .zeros))
    return cases
  }()

  @Test(arguments: convolutions) func convolution(_ test: ConvolutionCase) {
    var random = SplitMix(state: 2)
    let weights = test.weights(&random)
    let input = random.map(test.height, test.width, test.inputs)
    let size = weights.outputSize(height: test.height, width: test.width)
    guard size.height > 0, size.width > 0 else { return }
    let bias = random.map(1, 1, test.outputs)
    let residual = random.map(size.height, size.width, test.outputs)
    let packed = (fast.pack(weights), plain.pack(weights))
    expectEqual(
      fast.convolution(input, packed.0), plain.convolution(input, packed.1))
    expectEqual(
      fast.convolution(input, packed.0, channelBias: bias, residual: residual),
      plain.convolution(input, packed.1, channelBias: bias, residual: residual))
  }

  @Test(arguments: convolutions.prefix(16))
  func `convolution of what was normalised or interpolated`(_ test: ConvolutionCase) {
    var random = SplitMix(state: 3)
    let packed = { (fast.pack($0), plain.pack($0)) }(test.weights(&random))
    let input = random.map(test.height + 1, test.width + 2, test.inputs)
    let norm = random.groupNorm(channels: test.inputs, groups: test.inputs % 4 == 0 ? 4 : 1)
    for activation in [Activation.silu, .none, .gelu] {
      expectEqual(
        fast.convolution(
          normalizing: input, norm, activation: activation, packed.0, channelBias: nil,
          residual: nil),
        plain.convolution(
          normalizing: input, norm, activation: activation, packed.1, channelBias: nil,
          residual: nil))
    }
    for (height, width) in [(2 * input.height, 2 * input.width), (input.height + 3, 31)] {
      expectEqual(
        fast.convolution(upsampling: input, height: height, width: width, packed.0),
        plain.convolution(upsampling: input, height: height, width: width, packed.1))
      expectEqual(
        fast.upsample(input, height: height, width: width),
        plain.upsample(input, height: height, width: width))
    }
  }

  /// oneDNN's layout of direct weights depends on the size: crops run one layer at many.
  @Test(arguments: [(256, 128, 1), (128, 128, 1), (64, 64, 2), (33, 20, 1)])
  func `direct convolution at many sizes`(inputs: Int, outputs: Int, stride: Int) {
    var random = SplitMix(state: 12)
    let test = ConvolutionCase(
      height: 8, width: 8, inputs: inputs, outputs: outputs, typical: 8, stride: stride,
      padding: .one, mode: .zeros)
    let weights = test.weights(&random)
    let packed = (fast.pack(weights), plain.pack(weights))
    for side in [8, 7, 28, 5, 6, 14, 3, 12, 9, 7, 10, 8] {
      let input = random.map(side, side + side % 2, inputs)
      let size = weights.outputSize(height: input.height, width: input.width)
      let residual = random.map(size.height, size.width, outputs)
      expectEqual(fast.convolution(input, packed.0), plain.convolution(input, packed.1))
      expectEqual(
        fast.convolution(input, packed.0, channelBias: nil, residual: residual),
        plain.convolution(input, packed.1, channelBias: nil, residual: residual))
    }
  }

  @Test(arguments: [(1, 320, 1280), (77, 48, 33), (300, 12, 4), (5, 4, 8), (1024, 64, 100)])
  func linear(tokens: Int, inputs: Int, outputs: Int) {
    var random = SplitMix(state: 4)
    let weights = random.linear(inputs: inputs, outputs: outputs, tokens: tokens)
    let packed = (fast.pack(weights), plain.pack(weights))
    // Other numbers of tokens than it was packed for must work too.
    for tokens in [tokens, 1, 63] {
      let input = random.map(tokens, 1, inputs)
      let residual = random.map(tokens, 1, outputs)
      expectEqual(fast.linear(input, packed.0), plain.linear(input, packed.1))
      expectEqual(
        fast.linear(input, packed.0, residual: residual),
        plain.linear(input, packed.1, residual: residual))
      expectEqual(
        fast.linear(input, packed.0, activation: .silu),
        plain.linear(input, packed.1, activation: .silu))
      let norm = random.layerNorm(channels: inputs)
      expectEqual(
        fast.linear(normalizing: input, norm, packed.0),
        plain.linear(normalizing: input, norm, packed.1))
      guard outputs % 2 == 0 else { continue }
      expectEqual(
        fast.gatedLinear(normalizing: input, norm, packed.0),
        plain.gatedLinear(normalizing: input, norm, packed.1))
    }
  }

  @Test(arguments: [8, 16, 40, 64, 80, 100, 160], [1, 17, 100])
  func attention(width: Int, tokens: Int) {
    var random = SplitMix(state: 5)
    let heads = 3
    let all = random.map(tokens, 1, 3 * heads * width)
    for causal in [false, true] {
      expectEqual(
        fast.selfAttention(all, heads: heads, causal: causal),
        plain.selfAttention(all, heads: heads, causal: causal))
    }
    let query = random.map(tokens, 1, heads * width)
    for keys in [1, 77, 130] {
      let text = random.map(keys, 1, 2 * heads * width)
      expectEqual(
        fast.crossAttention(query, fast.keyValues(text, heads: heads)),
        plain.crossAttention(query, plain.keyValues(text, heads: heads)))
    }
  }

  @Test(arguments: [4, 12, 32, 100, 320, 1280], [1, 7, 300])
  func `norms, activations and sums`(channels: Int, tokens: Int) {
    var random = SplitMix(state: 6)
    // Far from zero, as norms must bear: their variance is small beside the mean's square.
    // (A group of one value has none: its norm is rounding times 1/√epsilon.)
    let input = random.map(tokens, 1, channels, offset: channels * tokens == 4 ? 0 : 30)
    let other = random.map(tokens, 1, channels)
    let group = random.groupNorm(channels: channels, groups: 4)
    let layer = random.layerNorm(channels: channels)
    for activation in [Activation.none, .silu, .gelu, .quickGELU] {
      expectEqual(
        fast.groupNorm(input, group, activation: activation),
        plain.groupNorm(input, group, activation: activation), tolerance: 5e-5)
      expectEqual(fast.activate(other, activation), plain.activate(other, activation))
    }
    expectEqual(
      fast.layerNorm(input, layer), plain.layerNorm(input, layer), tolerance: 5e-5)
    expectEqual(fast.geglu(other), plain.geglu(other))
    expectEqual(fast.add(input, other), plain.add(input, other))
    expectEqual(fast.concatenate(input, other), plain.concatenate(input, other))
  }

  /// bf16 keeps 8 bits: products of rounded numbers differ by some 2^-8.
  @Test(arguments: convolutions.suffix(12)) func bf16(_ test: ConvolutionCase) {
    let half = DNNLKernels(precision: .bfloat16)
    var random = SplitMix(state: 7)
    let weights = test.weights(&random)
    let input = random.map(test.height, test.width, test.inputs)
    expectEqual(
      half.convolution(input, half.pack(weights)), plain.convolution(input, plain.pack(weights)),
      tolerance: 3e-2)
    let linear = random.linear(inputs: test.inputs, outputs: test.outputs, tokens: input.tokens)
    expectEqual(
      half.linear(input, half.pack(linear)), plain.linear(input, plain.pack(linear)),
      tolerance: 1e-2)
    let all = random.map(test.height * test.width, 1, 3 * 80)
    expectEqual(
      half.selfAttention(all, heads: 2, causal: false),
      plain.selfAttention(all, heads: 2, causal: false), tolerance: 1e-2)
  }

  private func expectEqual(
    _ found: FeatureMap, _ expected: FeatureMap, tolerance: Double = Self.tolerance,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      found.height == expected.height && found.width == expected.width
        && found.channels == expected.channels, sourceLocation: sourceLocation)
    #expect(
      relativeDistance(found.values, expected.values) <= tolerance, sourceLocation: sourceLocation)
  }
}
