/// A matrix as the micro-kernel reads it: panels of eight columns, `[panel][depth][8]`, the last
/// one filled up with zeros.
public struct PackedMatrix: Sendable {
  let panels: FloatBuffer
  let depth: Int
  let columns: Int

  static let panelWidth = 8
  var panelCount: Int { (columns + 7) / 8 }

  /// Packs a matrix of `depth` rows whose element (k, column) is at `offset(k, column)`.
  init(
    depth: Int, columns: Int, from source: UnsafePointer<Float>,
    offset: (_ k: Int, _ column: Int) -> Int
  ) {
    self.depth = depth
    self.columns = columns
    panels = FloatBuffer(count: (columns + 7) / 8 * 8 * depth)
    var target = panels.address
    for first in stride(from: 0, to: columns, by: 8) {
      let width = min(8, columns - first)
      for k in 0..<depth {
        for lane in 0..<width { target[lane] = source[offset(k, first + lane)] }
        for lane in width..<8 { target[lane] = 0 }
        target += 8
      }
    }
  }

  /// The panel of the columns from `8 * index` on.
  @inline(__always)
  func panel(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(panels.address) + index * depth * 8
  }
}
