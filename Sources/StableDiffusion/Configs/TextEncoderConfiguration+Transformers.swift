import Kernels
package import Networks

extension TextEncoderConfiguration {
  /// The configuration in a `text_encoder/config.json` of transformers.
  ///
  /// - Throws: ``ModelError`` naming the file and the setting that is wrong or that these networks
  ///   do not have.
  package init(transformers path: String) throws(ModelError) {
    let file = try ConfigFile.read(TextConfigFile.self, from: path)
    do throws(ModelError) {
      try self.init(file)
    } catch { throw ModelError("\(path): \(error.description)") }
  }

  private init(_ file: TextConfigFile) throws(ModelError) {
    if let name = file.architectures?.first, name != "CLIPTextModel" {
      throw ModelError("expected a CLIPTextModel, found a \(name)")
    }
    self.init()
    vocabularySize = try ConfigRange.count(
      file.vocabularySize ?? 49408, 2...10_000_000, "vocab_size")
    hiddenSize = try ConfigRange.channels(file.hiddenSize ?? 512, "hidden_size")
    intermediateSize = try ConfigRange.channels(
      file.intermediateSize ?? 2048, "intermediate_size")
    layers = try ConfigRange.count(file.layers ?? 12, 1...128, "num_hidden_layers")
    heads = try ConfigRange.count(file.heads ?? 8, 1...1024, "num_attention_heads")
    guard hiddenSize % heads == 0 else {
      throw ModelError("\"num_attention_heads\" \(heads) does not divide \(hiddenSize) channels")
    }
    positions = try ConfigRange.count(
      file.positions ?? 77, 2...4096, "max_position_embeddings")
    activation = try ConfigRange.activation(file.activation ?? "quick_gelu", "hidden_act")
    normEpsilon = Float(file.normEpsilon ?? 1e-5)
  }
}

/// What `text_encoder/config.json` holds, as far as it decides how the encoder is built.
private struct TextConfigFile: Decodable {
  let architectures: [String]?
  let vocabularySize: Int?
  let hiddenSize: Int?
  let intermediateSize: Int?
  let layers: Int?
  let heads: Int?
  let positions: Int?
  let activation: String?
  let normEpsilon: Double?

  private enum CodingKeys: String, CodingKey {
    case architectures
    case vocabularySize = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case positions = "max_position_embeddings"
    case activation = "hidden_act"
    case normEpsilon = "layer_norm_eps"
  }
}
