import Layers
import Networks
import StableDiffusion
import Testing

/// `--positions`.
struct LayerSelectionTests {
  private let network = UNetConfiguration.sd15.layers

  @Test(arguments: [("all", 55), ("experiments", 45), ("blocks", 11)])
  func `words stand for lists`(_ word: String, _ count: Int) throws {
    let layers = try LayerSelection.layers(named: [word], of: network)
    #expect(layers.count == count)
    #expect(Set(layers).count == count)
  }

  @Test func `names come in forward order, each once`() throws {
    let layers = try LayerSelection.layers(
      named: ["conv_out", "up_blocks.1.resnets.0", "mid_block", "mid_block", "conv_in"],
      of: network)
    #expect(layers.map(\.name) == ["conv_in", "mid_block", "up_blocks[1].resnets[0]", "conv_out"])
  }

  @Test(arguments: [
    ("up_blocks[1].resnet[0]", "up_blocks[1].resnets[0]"), ("midblock", "mid_block"),
    ("down_blocks[3].attentions[0]", "down_blocks[2].attentions[0]"), ("", "conv_in"),
  ])
  func `a wrong name is told what is near`(_ name: String, _ near: String) {
    let error = #expect(throws: ModelError.self) {
      try LayerSelection.layers(named: [name], of: network)
    }
    #expect(error?.description.contains(near) == true, "\(error?.description ?? "")")
  }
}
