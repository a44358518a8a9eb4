internal import Files
internal import Images
internal import Tensors

/// The token norms of one layer: one map an image.
public struct NormMaps: Sendable {
  /// The number of images.
  public let count: Int
  /// Rows of a map.
  public let height: Int
  /// Columns of a map.
  public let width: Int
  /// `count * height * width` norms, image by image, row by row.
  public let values: [Float]

  /// Maps of the given norms.
  public init(count: Int, height: Int, width: Int, values: [Float]) {
    precondition(values.count == count * height * width)
    self.count = count
    self.height = height
    self.width = width
    self.values = values
  }

  /// The maps of `block` in a file of norms, as `representation_norms_X.pt` has them.
  ///
  /// That is a dict layer -> `[images, h, w]`. A block that is no key itself is its last layer.
  ///
  /// - Throws: ``LabelError`` where the file cannot be read or has no such maps.
  public init(file: String, block: String) throws(LabelError) {
    let archive: Archive
    do throws(TensorError) {
      archive = try ArrayFile.read(file)
    } catch {
      throw LabelError(error)
    }
    let names = Self.names(of: block)
    guard let found = names.lazy.compactMap({ archive[$0]?.array }).first else {
      throw LabelError("\(file): expected norms of \(names.joined(separator: " or ")), found none")
    }
    guard found.shape.count == 3, found.shape.allSatisfy({ $0 > 0 }) else {
      throw LabelError(
        "\(file): expected norms of shape [images, h, w] for \(block), found \(found.shape)")
    }
    self.init(
      count: found.shape[0], height: found.shape[1], width: found.shape[2],
      values: found.floats())
    guard values.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw LabelError("\(file): expected finite norms for \(block), found others")
    }
  }

  /// The keys a block's output may have: its own name, or that of its last module.
  private static func names(of block: String) -> [String] {
    var names = [block]
    if block.hasPrefix("down_blocks[") {
      names += ["\(block).downsamplers[0]", "\(block).attentions[1]", "\(block).resnets[1]"]
    } else if block == "mid_block" {
      names.append("\(block).resnets[1]")
    } else if block.hasPrefix("up_blocks[") {
      names += ["\(block).upsamplers[0]", "\(block).attentions[2]", "\(block).resnets[2]"]
    }
    return names
  }

  /// One image's norms.
  public subscript(image: Int) -> ArraySlice<Float> {
    values[image * height * width..<(image + 1) * height * width]
  }

  /// One image's map in grey: floor(255 * norm / the image's largest norm).
  public func grey(_ image: Int) -> [UInt8] {
    let largest = self[image].max() ?? 0
    return self[image].map { norm in
      largest > 0 ? UInt8(max(0, min(255, 255 * norm / largest))) : 0
    }
  }
}
