package import Networks

/// The weights of a U-Net that was never trained, drawn from a seed: `mini-untrained`.
///
/// The rule (docs/MODELS.md): one torch generator; parameters in byte order of their names; norms
/// get scale 1 and shift 0 and draw nothing; every other tensor, biases included, is uniform in
/// ±1/√fan_in, fan_in the number of inputs of one output of the module's weight.
package struct InitialWeights: WeightSource {
  private let tensors: [String: WeightTensor]

  /// More values than any U-Net that would be made for this has.
  private static let mostValues = 1 << 28

  /// Draws all weights of the network that `configuration` describes.
  ///
  /// - Throws: ``ModelError`` where they are too many.
  package init(_ configuration: UNetConfiguration, seed: UInt64) throws(ModelError) {
    var shapes: [(name: String, shape: [Int], fanIn: Int?)] = []
    for module in UNetModules(configuration).all {
      let fanIn: Int?
      let shape: [Int]
      switch module.kind {
      case .norm: (shape, fanIn) = ([module.outputs], nil)
      case .linear: (shape, fanIn) = ([module.outputs, module.inputs], module.inputs)
      case .convolution(let side):
        (shape, fanIn) = ([module.outputs, module.inputs, side, side], module.inputs * side * side)
      }
      shapes.append(("\(module.name).weight", shape, fanIn))
      if module.hasBias { shapes.append(("\(module.name).bias", [module.outputs], fanIn)) }
    }
    let count = shapes.reduce(0) { $0 + $1.shape.reduce(1, *) }
    guard count <= Self.mostValues else {
      throw ModelError(
        "\"init_seed\" stands in a network of \(count) weights; expected at most "
          + "\(Self.mostValues)")
    }
    var generator = TorchGenerator(seed: seed)
    var tensors: [String: WeightTensor] = [:]
    for (name, shape, fanIn) in shapes.sorted(by: {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }) {
      let count = shape.reduce(1, *)
      let values: [Float]
      if let fanIn {
        let bound = 1 / Double(fanIn).squareRoot()
        values = generator.uniforms(count: count, from: -bound, to: bound)
      } else {
        values = Array(repeating: name.hasSuffix(".weight") ? 1 : 0, count: count)
      }
      tensors[name] = WeightTensor(shape: shape, values: values)
    }
    self.tensors = tensors
  }

  package func contains(_ key: WeightKey) -> Bool { tensors[key.description] != nil }

  package func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard let tensor = tensors[key.description] else { throw .missing(key) }
    return tensor
  }
}
