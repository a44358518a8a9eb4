import Layers
import Testing

@Suite struct LayerLists {
  @Test func experimentsAreThePublished45() {
    #expect(Layer.experiments.count == 45)
    #expect(Layer.experiments.first?.name == "conv_in")
    #expect(Layer.experiments[44].name == "conv_out")
    #expect(Layer.experiments[21].name == "up_blocks[0].resnets[0]")
    #expect(Layer(name: "up_blocks[1].upsamplers[0]")?.tick == "up")
  }

  @Test func allAre55WithoutRepetition() {
    #expect(Layer.all.count == 55)
    #expect(Set(Layer.all).count == 55)
    #expect(Layer.blockOutputs.count == 11)
  }

  @Test(arguments: Layer.all) func namesRoundTrip(layer: Layer) {
    #expect(Layer(name: layer.name) == layer)
  }
}
