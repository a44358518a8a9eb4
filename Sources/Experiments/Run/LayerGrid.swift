package import Layers

/// How many tokens each layer has for an image of a given size, without running the network.
///
/// The autoencoder halves three times, rounding down; the U-Net's strided convolutions round up,
/// and its upsamplers go back to the sizes they came from.
package struct LayerGrid: Sendable {
  private let heights: [Int]
  private let widths: [Int]

  /// The grids for an image of `width` x `height` pixels.
  package init(width: Int, height: Int) {
    heights = Self.levels(height)
    widths = Self.levels(width)
  }

  /// Rows and columns of tokens of `layer`.
  package func size(of layer: Layer) -> (height: Int, width: Int) {
    let level = Self.level(of: layer)
    return (heights[level], widths[level])
  }

  private static func levels(_ pixels: Int) -> [Int] {
    var sides = [pixels / 8]
    for _ in 0..<3 { sides.append((sides[sides.count - 1] + 1) / 2) }
    return sides
  }

  /// How often the map of `layer` was halved.
  private static func level(of layer: Layer) -> Int {
    switch (layer.block, layer.module) {
    case (.convIn, _), (.convOut, _): 0
    case (.down(let block), .downsampler), (.down(let block), .output): min(3, block + 1)
    case (.down(let block), _): block
    case (.mid, _): 3
    case (.up(let block), .upsampler), (.up(let block), .output): max(0, 2 - block)
    case (.up(let block), _): 3 - block
    }
  }
}

extension Layer {
  /// The one of the experiments' 45 layers whose output a block hands on: the explorer's block
  /// outputs are such layers under another name.
  package var sameOutput: Layer {
    guard module == .output else { return self }
    switch block {
    case .convIn, .convOut: return self
    case .down(3): return Layer(.down(3), .resnet(1))
    case .down: return Layer(block, .downsampler)
    case .mid: return Layer(.mid, .resnet(1))
    case .up(3): return Layer(.up(3), .attention(2))
    case .up: return Layer(block, .upsampler)
    }
  }
}
