import Layers
import Networks
import Tensors

/// Does position estimation for one layer, as one of a stream of layers.
struct ProbeWork {
  let plan: WorkPlan
  let folder: WorkFolder
  let seed: UInt64
  /// Bytes that the tokens in memory may take.
  let memory: Int

  private var training: [Extraction] { plan.batches(timestep: plan.timestep) }

  /// The generator as it stands before the training of each layer up to the one at `last`.
  ///
  /// What earlier layers draw is drawn and dropped, so any process can start at any layer.
  func starts(upTo last: Int) throws(ExperimentError) -> [TorchGenerator] {
    guard let first = training.first else { return [] }
    let result = try folder.result(of: .extract(first))
    var generator = TorchGenerator(seed: seed)
    var starts: [TorchGenerator] = []
    for layer in Layer.experiments[...last] {
      starts.append(generator)
      if starts.count > last { break }
      let shape = try result.shape(layer)
      ProbeTraining(
        images: plan.images, side: shape.height, channels: shape.channels, passes: plan.probePasses
      )
      .skip(&generator)
    }
    return starts
  }

  /// Trains the probe of the layer at `index` and writes the unit's result.
  func run(_ index: Int, start: TorchGenerator) throws(ExperimentError) {
    let spilled = try SpilledTokens(
      Layer.experiments[index], of: training, in: folder, memory: memory)
    let shape = spilled.shape
    let training = ProbeTraining(
      images: plan.images, side: shape.height, channels: shape.channels, passes: plan.probePasses)
    var generator = start
    let outcome: ProbeTraining.Outcome
    if 4 * spilled.count * spilled.channels <= memory {
      outcome = try training.run(try spilled.resident(), generator: &generator)
    } else {
      outcome = try training.run(spilled, generator: &generator)
    }
    try folder.save(
      [
        (
          "accuracies",
          NDArray(
            outcome.accuracies, shape: [ProbeTraining.epochs, ProbeTraining.gridSizes.count])
        ),
        ("weight", NDArray(outcome.weights, shape: [2 * shape.height, shape.channels])),
        ("bias", NDArray(outcome.bias, shape: [2 * shape.height])),
      ], as: .probe(index))
  }
}
