import Experiments
import Layers
import Testing

@Suite("Work plan")
struct WorkPlanTests {
  private static func plan(
    _ experiments: Set<Experiment>, images: Int, batchSize: Int = 20, side: Int = 512
  ) -> WorkPlan {
    WorkPlan(
      experiments: experiments, images: images, width: side, height: side, batchSize: batchSize,
      timestep: 50)
  }

  @Test("One pass an image serves position, groups, anomalies and norms")
  func shared() {
    let plan = Self.plan([.position, .tokenGroups, .anomalies, .norms], images: 45)
    let whole = plan.extractions.filter { $0.crop == 0 }
    #expect(whole.map(\.images) == [0..<20, 20..<40, 40..<45])
    let complete = whole.filter {
      $0.groups == Layer.experiments && $0.spilled == Layer.experiments
    }
    #expect(complete.count == 3)
  }

  @Test("One crop for each of the four token sizes, with the layers that have it")
  func crops() {
    let plan = Self.plan([.tokenGroups], images: 3)
    let cropped = plan.extractions.filter { $0.crop > 0 }
    #expect(cropped.map(\.crop) == [8, 16, 32, 64])
    #expect(cropped.flatMap(\.groups).count == 45)
    #expect(cropped[3].groups.contains(Layer(.mid, .attention(0))))
    #expect(cropped[0].groups.first == Layer(.convIn))
  }

  @Test("Groups use 500 images: the batch around the 500th is drawn anew, smaller")
  func fiveHundred() {
    let plan = Self.plan([.tokenGroups], images: 610, batchSize: 30)
    let whole = plan.extractions.filter { $0.crop == 0 && !$0.groups.isEmpty }
    #expect(whole.count == 17)
    #expect(whole.last?.images == 480..<500)
    #expect(whole.last?.norms.isEmpty == true)
    #expect(plan.batches(timestep: 50).map(\.images.count).reduce(0, +) == 610)
    let even = Self.plan([.tokenGroups], images: 610)
    let wholeUnits = even.extractions.filter { $0.crop == 0 }
    #expect(wholeUnits.count == 31)
  }

  @Test("Histograms add the timesteps 0 and 200, with block outputs only")
  func timesteps() {
    let plan = Self.plan([.position, .histograms], images: 5)
    #expect(plan.extractions.map(\.timestep).sorted() == [0, 50, 200])
    #expect(plan.batches(timestep: 200)[0].layers.count == 11)
    #expect(plan.units.count == 3 + 45 + 33)
    #expect(Set(plan.units.map(\.name)).count == plan.units.count)
  }

  @Test("Token counts follow diffusers' rounding")
  func grid() {
    let odd = LayerGrid(width: 496, height: 141)
    #expect(odd.size(of: Layer(.convIn)) == (17, 62))
    #expect(odd.size(of: Layer(.down(0), .downsampler)) == (9, 31))
    #expect(odd.size(of: Layer(.mid, .resnet(0))) == (3, 8))
    #expect(odd.size(of: Layer(.up(0), .upsampler)) == (5, 16))
    #expect(odd.size(of: Layer(.up(2), .upsampler)) == (17, 62))
    #expect(odd.size(of: Layer(.up(3))) == (17, 62))
  }

  @Test("Every block output is one of the 45 layers")
  func blocks() {
    let known = Layer.blockOutputs.filter { Layer.experiments.contains($0.sameOutput) }
    #expect(known == Layer.blockOutputs)
    #expect(Layer(.up(1)).sameOutput.name == "up_blocks[1].upsamplers[0]")
  }
}
