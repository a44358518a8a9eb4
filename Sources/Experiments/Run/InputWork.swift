import Layers
import Networks
import Tensors

/// Looks at the latents that the U-Net is given as at a layer: position estimation and token-group
/// similarities, of the clean latents and of those with noise.
///
/// The probe draws from a generator of its own, so that the layers' probes stay as published.
struct InputWork {
  let plan: WorkPlan
  let folder: WorkFolder
  let seed: UInt64

  private var whole: [Extraction] { plan.extractions.filter { $0.inputs && $0.crop == 0 } }

  /// Trains the probes and writes the unit's result.
  func run() throws(ExperimentError) {
    var arrays: NamedArrays = []
    for kind in InputKind.allCases {
      var values: [Float] = []
      var shape: [Int] = []
      for extraction in whole {
        let array = try folder.result(of: .extract(extraction)).array(kind.rawValue)
        values += array.floats()
        shape = array.shape
      }
      guard shape.count == 4 else { continue }
      let training = ProbeTraining(
        images: plan.images, side: shape[1], channels: shape[3], passes: plan.probePasses)
      var generator = TorchGenerator(seed: seed)
      let outcome = try training.run(
        ResidentTokens(values, channels: shape[3]), generator: &generator)
      arrays.append(
        (
          kind.rawValue,
          NDArray(
            outcome.accuracies, shape: [ProbeTraining.epochs, ProbeTraining.gridSizes.count])
        ))
    }
    try folder.save(arrays, as: .inputProbe)
  }

  /// What goes into the file: `accuracies/<kind>` [5, 4], and `groups/<kind>` [2, 3, 3]: cropped
  /// images, then cropped maps, as published.
  func arrays() throws(ExperimentError) -> NamedArrays {
    let result = try folder.result(of: .inputProbe)
    var arrays: NamedArrays = []
    let side = plan.grid.size(of: Layer(.convIn)).height
    for kind in InputKind.allCases {
      arrays.append(("accuracies/\(kind.rawValue)", try result.array(kind.rawValue)))
      var sums = [GroupSums(), GroupSums()]
      for extraction in plan.extractions where extraction.inputs {
        let values = try folder.result(of: .extract(extraction))
          .array("groups/\(kind.rawValue)").doubles()
        let images = extraction.images.count { $0 < WorkPlan.groupImages }
        sums[extraction.crop == 0 ? 1 : 0].add(GroupSums(values: values, images: images))
      }
      arrays.append(
        (
          "groups/\(kind.rawValue)",
          NDArray(
            sums.flatMap { GroupSimilarities.published($0, side: side) }, shape: [2, 3, 3])
        ))
    }
    return arrays
  }
}
