import Kernels

/// The weights of a U-Net that was never trained, drawn from a seed: `mini-untrained`.
///
/// The rule (docs/MODELS.md): one torch generator; parameters in byte order of their names; norms
/// get scale 1 and shift 0 and draw nothing; every other tensor, biases included, is uniform in
/// ±1/√fan_in, fan_in the number of inputs of one output of the module's weight.
public final class InitialWeights: WeightSource {
  /// In byte order of their names, once drawn.
  private var tensors: [(key: WeightKey, tensor: WeightTensor)] = []
  /// What the network asked for while it was built for its shapes alone.
  private var parameters: [(key: WeightKey, shape: [Int])] = []
  private var isDrawn = false
  private var count = 0

  /// More values than any U-Net that would be made for this has.
  private static let mostValues = 1 << 28

  /// Draws all weights of the network that `configuration` describes.
  ///
  /// - Throws: ``NetworkError`` where the configuration is impossible or they are too many.
  public init(_ configuration: UNetConfiguration, seed: UInt64) throws(NetworkError) {
    // Which parameters there are, and their shapes, is known to the network that asks for them.
    _ = try UNet(configuration, weights: self, kernels: PortableKernels())
    parameters.sort { $0.key < $1.key }
    draw(TorchGenerator(seed: seed))
    isDrawn = true
  }

  private func draw(_ start: TorchGenerator) {
    var generator = start
    for (index, (key, shape)) in parameters.enumerated() {
      let isWeight = key.hasSuffix(".weight")
      // A bias stands right before its module's weight in byte order.
      let weightShape = isWeight ? shape : parameters[index + 1].shape
      let count = shape.reduce(1, *)
      let values: [Float]
      if weightShape.count == 1 {
        values = [Float](repeating: isWeight ? 1 : 0, count: count)
      } else {
        let bound = 1 / Double(weightShape.dropFirst().reduce(1, *)).squareRoot()
        values = generator.uniforms(count: count, from: -bound, to: bound)
      }
      tensors.append((key, WeightTensor(shape: shape, values: values)))
    }
  }

  /// See ``WeightSource``.
  public func contains(_ key: WeightKey) -> Bool { place(of: key) != nil }

  /// See ``WeightSource``.
  public func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard let place = place(of: key) else { throw .missing(key) }
    return tensors[place].tensor
  }

  /// See ``WeightSource``; zeros while the shapes are being noted.
  public func tensor(
    _ key: WeightKey, expecting shape: [Int]
  ) throws(NetworkError) -> WeightTensor {
    if isDrawn { return try tensor(key) }
    var size = 1
    for side in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: side)
      guard !overflow, product <= Self.mostValues else { throw Self.tooMany }
      size = product
    }
    count += size
    guard count <= Self.mostValues else { throw Self.tooMany }
    parameters.append((key, shape))
    return WeightTensor(shape: shape, values: [Float](repeating: 0, count: size))
  }

  private static let tooMany = NetworkError.unsupported(
    "\"init_seed\" stands in a network of more than 2^28 weights")

  private func place(of key: WeightKey) -> Int? {
    var low = 0
    var high = tensors.count
    while low < high {
      let middle = (low + high) / 2
      if tensors[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low < tensors.count && tensors[low].key == key ? low : nil
  }
}
