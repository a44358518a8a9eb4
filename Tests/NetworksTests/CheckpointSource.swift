import Kernels
import Networks
import Tensors
import TestSupport

/// A component's `.safetensors` file as a source of weights.
struct CheckpointSource: WeightSource {
  let file: SafeTensors

  init(_ path: String) throws { file = try SafeTensors(path) }

  func contains(_ key: WeightKey) -> Bool { file.contains(key.description) }

  func tensor(_ key: WeightKey) throws(NetworkError) -> WeightTensor {
    guard contains(key) else { throw .missing(key) }
    do {
      let array = try file.array(named: key.description)
      return WeightTensor(shape: array.shape, values: array.floats())
    } catch {
      throw .unreadable(key, reason: Clause(utf8: Array("\(error)".utf8)))
    }
  }
}

/// Expected tensors, and how far from them a result may be.
struct Vectors {
  let file: SafeTensors
  /// PyTorch's own distance between fp32 and fp64, by tensor.
  var ownDistance: [String: Double] = [:]

  init(_ path: String) throws { file = try SafeTensors(path) }

  /// A tensor's values in the file's order.
  func values(_ name: String) throws -> [Float] { try file.array(named: name).floats() }

  /// A `[1, C, h, w]` tensor as a token-major map.
  func map(_ name: String) throws -> FeatureMap {
    let array = try file.array(named: name)
    let (channels, height, width) = (array.shape[1], array.shape[2], array.shape[3])
    let values = array.floats()
    return FeatureMap(height: height, width: width, channels: channels) { output in
      for token in 0..<height * width {
        for channel in 0..<channels {
          output[token * channels + channel] = values[channel * height * width + token]
        }
      }
    }
  }

  /// A `[1, n, C]` or `[1, C]` tensor as a map of tokens.
  func tokens(_ name: String) throws -> FeatureMap {
    let array = try file.array(named: name)
    let channels = array.shape.last ?? 0
    return FeatureMap(
      tokens: array.count / channels, channels: channels, values: array.floats())
  }

  /// Three times PyTorch's own fp32 error, which no order of summation should exceed, or 1e-5.
  func tolerance(_ name: String) -> Double { max(1e-5, 3 * (ownDistance[name] ?? 0)) }
}

/// The relative L2 distance of two maps of the same shape, infinite for other shapes or NaN.
func distance(_ found: FeatureMap, _ expected: FeatureMap) -> Double {
  guard found.height == expected.height, found.width == expected.width,
    found.channels == expected.channels
  else { return .infinity }
  return relativeDistance(found.values, expected.values)
}
