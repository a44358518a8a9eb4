import Files
import Foundation
import Images
import Kernels
import Networks
import StableDiffusion
import TestSupport
import Testing

/// Weight files: which are taken, and what is said of wrong ones.
struct WeightTests {
  private let home = TemporaryFolder()

  private func touch(_ names: String...) throws {
    for name in names { try AtomicFile.write("".utf8, to: home.file(name)) }
  }

  @Test func `main files come before variants, safetensors before bin`() throws {
    #expect(try WeightFiles.find(in: home.path) == nil)
    try touch("diffusion_pytorch_model.fp16.bin")
    #expect(try WeightFiles.find(in: home.path)?.isVariant == true)
    try touch("diffusion_pytorch_model.fp16.safetensors")
    let variant = try WeightFiles.find(in: home.path)
    #expect(variant?.paths == [home.file("diffusion_pytorch_model.fp16.safetensors")])
    try touch("pytorch_model.bin")
    #expect(try WeightFiles.find(in: home.path)?.paths == [home.file("pytorch_model.bin")])
    try touch("model.safetensors")
    #expect(try WeightFiles.find(in: home.path)?.paths == [home.file("model.safetensors")])
  }

  @Test func `an index names its shards`() throws {
    let index = home.file("model.safetensors.index.json")
    try AtomicFile.write(#"{"weight_map": {"a": "2.x", "b": "1.x", "c": "2.x"}}"#.utf8, to: index)
    #expect(throws: ModelError.self) { try WeightFiles.find(in: home.path) }
    try touch("1.x", "2.x")
    let files = try WeightFiles.find(in: home.path)
    #expect(files?.paths == [home.file("1.x"), home.file("2.x")])
    try AtomicFile.write(#"{"weight_map": {"a": "../2.x"}}"#.utf8, to: index)
    #expect(throws: ModelError.self) { try WeightFiles.find(in: home.path) }
  }

  /// Opens a changed copy of `sd1` and returns what is said.
  private func complaint(_ change: (String) throws -> Void) throws -> String {
    let folder = home.file("copy")
    try TinyCheckpoint(name: "sd1").copy(to: folder)
    try change(folder)
    let error = #expect(throws: ModelError.self) {
      try RepresentationExtractor(Checkpoint(folder: folder), imageSide: 64)
    }
    return error?.description ?? ""
  }

  @Test func `a tensor of another shape is named with both shapes`() throws {
    let text = try complaint {
      try replace(
        "\"cross_attention_dim\": 8", with: "\"cross_attention_dim\": 16",
        in: "\($0)/unet/config.json")
      try replace(
        "\"hidden_size\": 8", with: "\"hidden_size\": 16", in: "\($0)/text_encoder/config.json")
    }
    #expect(
      text.contains("model.safetensors: expected the tensor text_model.embeddings"), "\(text)")
    #expect(text.contains("16]") && text.contains("8]"), "\(text)")
  }

  @Test func `a text of another width is told before weights are read`() throws {
    let text = try complaint {
      try replace(
        "\"cross_attention_dim\": 8", with: "\"cross_attention_dim\": 16",
        in: "\($0)/unet/config.json")
    }
    #expect(text.contains("hidden_size of 16"), "\(text)")
  }

  @Test func `a tensor that the config has no place for is named`() throws {
    let text = try complaint {
      try replace(
        "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1",
        in: "\($0)/text_encoder/config.json")
    }
    #expect(text.contains("holds the tensor text_model.encoder.layers.1."), "\(text)")
  }

  @Test func `a missing tensor is named`() throws {
    let text = try complaint {
      try replace(
        "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3",
        in: "\($0)/text_encoder/config.json")
    }
    #expect(text.contains("expected the tensor text_model.encoder.layers.2."), "\(text)")
  }

  @Test func `a file cut short is no checkpoint`() throws {
    let text = try complaint { folder in
      let path = "\(folder)/unet/diffusion_pytorch_model.safetensors"
      let bytes = try MappedFile(path).withBytes { Array($0.prefix(5000)) }
      try AtomicFile.write(bytes, to: path)
    }
    #expect(text.contains("unet/diffusion_pytorch_model.safetensors"), "\(text)")
  }

  /// The numbers are of `initialise` in Training/recipe.py with seed 5 and sd1's config, torch 2.15.
  @Test func `weights from a seed are torch's by the documented rule`() throws {
    let folder = TinyCheckpoint(name: "sd1").folder
    let configuration = try UNetConfiguration(diffusers: "\(folder)/unet/config.json")
    let weights = try InitialWeights(configuration, seed: 5)
    let expected: [(WeightKey, [Float])] = [
      ("conv_in.weight", [-0.15557846426963806, 0.16472825407981873, 0.035476189106702805]),
      ("conv_in.bias", [0.11008395999670029, -0.12462969869375229, 0.13582323491573334]),
      (
        "down_blocks.1.attentions.1.transformer_blocks.0.attn2.to_k.weight",
        [0.2560173571109772, -0.3335697054862976, 0.29558882117271423]
      ),
      (
        "up_blocks.3.resnets.2.time_emb_proj.weight",
        [0.09634177386760712, 0.08643033355474472, -0.10264255851507187]
      ),
    ]
    for (key, values) in expected {
      let found = Array(try weights.tensor(key).values.prefix(3))
      #expect(found == values, "\(key)")
    }
    #expect(try weights.tensor("conv_in.weight").shape == [8, 4, 3, 3])
    #expect(try weights.tensor("mid_block.resnets.0.norm1.weight").values.allSatisfy { $0 == 1 })
  }

  @Test func `a U-Net without weights runs from its seed`() throws {
    let folder = home.file("untrained")
    try TinyCheckpoint(name: "sd1").copy(to: folder)
    try removeFile("\(folder)/unet/diffusion_pytorch_model.safetensors")
    #expect(throws: ModelError.self) { try RepresentationExtractor(Checkpoint(folder: folder)) }
    try replace("{", with: "{\"init_seed\": 5, ", in: "\(folder)/unet/config.json")
    #expect(try Checkpoint(folder: folder).missing().isEmpty)
    let extractor = try RepresentationExtractor(Checkpoint(folder: folder), imageSide: 64)
    let image = RGBImage(width: 64, height: 64, pixels: Array(repeating: 90, count: 64 * 64 * 3))
    var count = 0
    try extractor.extract(batch: [image], layers: extractor.layers) { _, _, map in
      count += map.values.allSatisfy(\.isFinite) ? 1 : 0
    }
    #expect(count == 55)
  }
}
