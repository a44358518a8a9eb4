import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// One of the committed checkpoints of Tests/Fixtures/make_tiny.py, with its vectors.
struct TinyCheckpoint: Sendable, CustomTestStringConvertible {
  let name: String
  var testDescription: String { name }
  private var isSD1: Bool { name == "sd1" }
  private var folder: String { "\(SharedMaterial.fixtures)/tiny" }

  static let all = [TinyCheckpoint(name: "sd1"), TinyCheckpoint(name: "sd2")]

  /// A component's weights, rounded to fp16 as the original does, or as stored.
  func source(_ component: String, published: Bool = true) throws -> RoundedSource {
    let file =
      switch component {
      case "text_encoder": "model.safetensors"
      case "unet" where !isSD1: "diffusion_pytorch_model.safetensors.index.json"
      default: "diffusion_pytorch_model.safetensors"
      }
    return RoundedSource(
      source: try CheckpointSource("\(folder)/\(name)/\(component)/\(file)"), rounds: published)
  }

  func vectors() throws -> Vectors {
    var vectors = try Vectors("\(folder)/vectors_\(name).safetensors")
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/fp64_\(name).json")))
    vectors.ownDistance = json as? [String: Double] ?? [:]
    return vectors
  }

  var unet: UNetConfiguration {
    var configuration = UNetConfiguration()
    configuration.blockChannels = [8, 8, 16, 16]
    configuration.normGroups = 4
    configuration.heads = isSD1 ? [2, 2, 2, 2] : [1, 2, 4, 4]
    configuration.crossAttentionWidth = isSD1 ? 8 : 12
    configuration.usesLinearProjection = !isSD1
    configuration.typicalLatentSize = 8
    return configuration
  }

  var autoencoder: AutoencoderConfiguration {
    var configuration = AutoencoderConfiguration()
    configuration.blockChannels = [8, 8, 12, 12]
    configuration.normGroups = 4
    configuration.scalingFactor = isSD1 ? 0.18215 : 0.2
    configuration.typicalImageSize = 64
    return configuration
  }

  var textEncoder: TextEncoderConfiguration {
    var configuration = TextEncoderConfiguration()
    configuration.vocabularySize = 588
    configuration.hiddenSize = isSD1 ? 8 : 12
    configuration.intermediateSize = isSD1 ? 32 : 48
    configuration.layers = isSD1 ? 2 : 3
    configuration.heads = 2
    configuration.activation = isSD1 ? .quickGELU : .gelu
    return configuration
  }

  var schedule: NoiseSchedule { NoiseSchedule(inputScaling: isSD1 ? .none : .euler) }
}

/// A source whose values are rounded to fp16: what "published" weights are.
struct RoundedSource: WeightSource {
  let source: CheckpointSource
  let rounds: Bool

  func contains(_ key: WeightKey) -> Bool { source.contains(key) }

  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    var tensor = try source.tensor(key)
    if rounds { tensor.values = tensor.values.map { Float(Float16($0)) } }
    return tensor
  }
}

extension Vectors {
  /// A `[h, w, 3]` uint8 picture scaled to 0 … 1.
  func image(_ name: String) throws -> FeatureMap {
    let array = try file.array(named: name)
    return FeatureMap(
      height: array.shape[0], width: array.shape[1], channels: 3,
      values: array.floats().map { $0 / 255 })
  }
}
