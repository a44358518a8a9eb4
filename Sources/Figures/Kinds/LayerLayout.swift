import Layers

/// A panel over the 45 layers, before it has a place.
struct LayerPanel {
  var id: String
  var label: String
  var scale: Scale
  var ticks: [Tick]
  var marks: [Mark]
  var legend: Legend?
}

/// Panels stacked over one layer axis, with layer ticks and block names under the lowest.
///
/// 8 x 5 inches with three panels, as published; each panel keeps its height where others are left
/// out.
struct LayerLayout {
  let panels: Int

  private static let left = 54.0
  private static let right = 570.0
  private static let top = 7.0
  private static let height = 93.0
  private static let gap = 8.0
  private static let bottom = 58.0
  /// The layer axis, as published.
  static let limits = Scale(.linear, from: -0.5, to: 45)

  private static let layers = Layer.experiments
  /// Places between the last layer of a block and the first of the next.
  private static let dividers: [Double] = layers.indices.dropLast().compactMap {
    layers[$0].block == layers[$0 + 1].block ? nil : Double($0) + 0.5
  }

  private var lowest: Double {
    Self.top + Double(panels) * Self.height + Double(panels - 1) * Self.gap
  }

  /// The figure's size in points.
  var size: Size { Size(576, lowest + Self.bottom) }

  /// `panels` with frames, layer axis and lines between blocks.
  func place(_ panels: [LayerPanel]) -> [Panel] {
    panels.enumerated().map { index, panel in
      let isLowest = index == panels.count - 1
      let ticks = Self.layers.enumerated().map {
        Tick(Double($0), isLowest ? $1.tick : "")
      }
      return Panel(
        id: panel.id,
        frame: Rect(
          x: Self.left, y: Self.top + Double(index) * (Self.height + Self.gap),
          width: Self.right - Self.left, height: Self.height),
        x: Axis(
          Self.limits, ticks: isLowest ? ticks : [], side: .bottom, tickAngle: 90, tickSize: 8.5),
        y: Axis(
          panel.scale, ticks: panel.ticks, side: .left, label: panel.label,
          labelDistance: 40),
        marks: Self.dividers.map {
          .rule(
            Rule(
              direction: .vertical, value: $0, stroke: Stroke(.divider, width: 1.1, dash: [4, 2.5]))
          )
        } + panel.marks,
        legend: panel.legend)
    }
  }

  /// The middle of each block on the layer axis.
  static let centers: [(block: Layer.Block, value: Double)] = Layer.blockOutputs.compactMap {
    let block = $0.block
    let members = layers.indices.filter { layers[$0].block == block }
    guard let first = members.first, let last = members.last else { return nil }
    return (block, Double(first + last) / 2)
  }

  /// Block names, and what the two rows are.
  var labels: [Label] {
    let rows = (layers: lowest + 17.5, blocks: lowest + 44)
    var labels = [
      Label("layers:", at: Point(Self.left - 8, rows.layers), size: 9.5, alignment: .end),
      Label("blocks:", at: Point(Self.left - 8, rows.blocks), size: 9.5, alignment: .end),
    ]
    for (block, value) in Self.centers {
      guard let place = Self.limits.position(of: value) else { continue }
      let x = Self.left + place * (Self.right - Self.left)
      labels.append(Label(block.label, at: Point(x, rows.blocks), size: 9.5))
    }
    return labels
  }
}
