import Layers
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// How token norms are distributed in each block: histograms with logarithmic counts.
struct NormDistribution {
  private static let bins = 80

  /// A block's histogram.
  struct Block {
    var block: Layer
    /// One more than counts.
    var edges: [Double]
    var counts: [Double]
  }

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let kind = FigureKind.normDistribution
    var blocks: [Block] = []
    let source: Figure.Source
    if let file = try data.file(.normDistributions, model) {
      (blocks, source) = (try view.blocks(of: read(file), in: file, \.block), file.source)
    } else if let file = try data.file(.norms, model) {
      (blocks, source) = (try view.blocks(of: count(file), in: file, \.block), file.source)
    } else {
      return FigureKind.absent(kind.name, .normDistributions, model, in: data)
    }
    guard !blocks.isEmpty else {
      return FigureDraft(
        figure: nil, warnings: ["\(kind.name)-\(model): left out: its arrays hold no norms"])
    }
    let columns = 4
    let grid = Grid(
      columns: columns, rows: (blocks.count + columns - 1) / columns, cell: Size(112, 74),
      gap: Size(32, 34), margins: Grid.Margins(left: 46, top: 18, right: 10, bottom: 36))
    var labels: [Label] = []
    let panels = blocks.enumerated().map { place, block in
      let frame = grid.frame(column: place % columns, row: place / columns)
      labels.append(Label(block.block.block.label, at: Point(frame.midX, frame.y - 8), size: 10))
      let isLowest = place + columns >= blocks.count
      return panel(block, frame, isFirst: place % columns == 0, isLowest: isLowest)
    }
    let name = ModelName.display(model)
    return FigureDraft(
      figure: Figure(
        kind: kind.name, model: model, models: [model],
        title: "Distribution of token norms in the blocks of \(name)",
        caption: """
          How often each norm occurs among the tokens at the end of each block of \(name), on a \
          logarithmic scale.
          """,
        alternative: "Histograms of token norms, one for each of \(blocks.count) blocks.",
        size: grid.size, panels: panels, labels: labels, sources: [source]))
  }

  private static func panel(
    _ block: Block, _ frame: Rect, isFirst: Bool, isLowest: Bool
  ) -> Panel {
    let most = max(10, block.counts.max() ?? 10)
    let decades = Int(log10(most).rounded(.up))
    let y = Scale(.log10, from: 0.5, to: pow(10, Double(decades)) * 1.3)
    let end = block.edges.last ?? 1
    let x = Scale(.linear, from: 0, to: 1.03 * (end > 0 ? end : 1))
    let step = TickRule.niceStep(x.end, ticks: 3)
    let stride = max(1, (decades + 3) / 4)
    return Panel(
      id: "norms-\(block.block.block.label)", frame: frame,
      x: Axis(
        x, ticks: TickRule.multiples(of: step, from: 0, to: x.end), side: .bottom,
        label: isLowest ? "norm" : "", labelDistance: 23, tickSize: 8),
      y: Axis(
        y,
        ticks: Swift.stride(from: 0, through: decades, by: stride).map {
          Tick(pow(10, Double($0)), "10" + Superscript.text($0))
        },
        side: .left, label: isFirst ? "tokens" : "", labelDistance: 36, tickSize: 8),
      marks: [
        .bars(
          Bars(
            id: "bars-\(block.block.block.label)", label: nil, edges: block.edges,
            values: block.counts, areHorizontal: false, color: Color(0x26A259)))
      ])
  }

  private static func read(_ file: DataFile) throws(FigureError) -> [Block] {
    var blocks: [Block] = []
    for layer in Layer.blockOutputs {
      guard let counts = try file.array("\(layer.name)/counts", shape: [nil]) else { continue }
      let name = "\(layer.name)/edges"
      guard let edges = try file.array(name, shape: [counts.count + 1])?.doubles(),
        counts.count <= DataFile.longestSide, edges.allSatisfy({ $0.isFinite && $0 >= 0 }),
        zip(edges, edges.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw FigureError(
          .array,
          "\(file.path): \(name): expected \(counts.count + 1) ascending norms, found others")
      }
      // What is no count is none.
      let values = counts.doubles().map { $0.isFinite ? $0 : 0 }
      if values.contains(where: { $0 > 0 }) {
        blocks.append(Block(block: layer, edges: edges, counts: values))
      }
    }
    return blocks
  }

  /// Histograms of `representation_norms_<model>.pt`, at the layers that end the blocks.
  private static func count(_ file: DataFile) throws(FigureError) -> [Block] {
    var blocks: [Block] = []
    for block in Layer.blockOutputs {
      guard let layer = Layer.experiments.last(where: { $0.block == block.block }),
        let array = try file.array(layer.name, shape: [nil, nil, nil])
      else { continue }
      let norms = array.floats().filter { $0.isFinite && $0 >= 0 }.map(Double.init)
      guard let most = norms.max() else { continue }
      let width = most > 0 ? most / Double(bins) : 1
      var counts = [Double](repeating: 0, count: bins)
      for norm in norms { counts[min(bins - 1, Int(norm / width))] += 1 }
      blocks.append(
        Block(block: block, edges: (0...bins).map { Double($0) * width }, counts: counts))
    }
    return blocks
  }
}

extension FigureKind {
  /// Histograms of token norms.
  public static let normDistribution = FigureKind(
    name: "norm-distribution", summary: "distribution of token norms, block by block",
    maker: .each { data, model, view throws(FigureError) in
      try NormDistribution.draft(from: data, model: model, view: view)
    })
}
