import Layers
import Tensors

/// Pairs of tokens by cosine similarity and mean norm: a 2-D histogram for every block and timestep.
///
/// Counts become relative frequencies, coloured logarithmically from 1e-12 to 1e-2; cells without
/// any pair stay white. The norm axes go from 0 past the largest norm, so nothing is cut off.
struct NormHistograms {
  private static let blocks = Layer.blockOutputs
  private static let timesteps = [0, 50, 200]
  private static let colors = ColorScale(
    .yellowOrangeRed, Scale(.log10, from: 1e-12, to: 1e-2), missing: .paper)

  static func draft(
    from data: DataFolder, model: String, view: FigureView
  ) throws(FigureError) -> FigureDraft {
    let names = [
      ArrayKind.histograms.fileName(model), ArrayKind.histogramLimits.fileName(model),
    ]
    let absent = names.filter { !data.has($0) }
    guard absent.isEmpty, let file = try data.file(names[0]), let ends = try data.file(names[1])
    else {
      return FigureDraft(
        figure: nil,
        warnings: [
          "norm-histograms-\(model): left out: \(data.path) has no "
            + absent.joined(separator: " and no ")
        ])
    }
    let counts = try file.array(shape: [blocks.count, timesteps.count, nil, nil])
    let limits = try ends.array(shape: [blocks.count, timesteps.count, 2]).doubles()
    try check(counts, limits, file, ends)
    let values = counts.doubles()
    guard values.contains(where: { $0.isFinite && $0 > 0 }) else {
      return FigureDraft(
        figure: nil,
        warnings: ["norm-histograms-\(model): left out: \(file.path) holds no counts"])
    }
    let shown = Shown(
      blocks: try view.blocks(of: Array(blocks.indices), in: file) { blocks[$0] },
      turns: try view.timesteps(of: timesteps, in: file))
    return FigureDraft(
      figure: figure(
        model, values, shown, rows: counts.shape[2], columns: counts.shape[3], limits,
        [file.source, ends.source]))
  }

  /// Which blocks and timesteps are drawn, by their places in the arrays.
  private struct Shown {
    var blocks: [Int]
    var turns: [Int]
  }

  private static func check(
    _ counts: NDArray, _ limits: [Double], _ file: DataFile, _ ends: DataFile
  ) throws(FigureError) {
    guard counts.shape[2...].allSatisfy({ (1...4096).contains($0) }) else {
      throw FigureError(
        .array,
        "\(file.path): expected 1 to 4096 bins a side, found "
          + counts.shape[2...].map(String.init).joined(separator: " x "))
    }
    for (place, block) in blocks.enumerated() {
      for (turn, timestep) in timesteps.enumerated() {
        let at = 2 * (place * timesteps.count + turn)
        guard limits[at].isFinite, limits[at + 1].isFinite, limits[at] >= 0,
          limits[at] <= limits[at + 1], limits[at + 1] < 1e30
        else {
          throw FigureError(
            .array,
            "\(ends.path): \(block.name), timestep \(timestep): expected a smallest and a "
              + "largest norm, found \(limits[at]) and \(limits[at + 1])")
        }
      }
    }
  }

  private static func figure(
    _ model: String, _ values: [Double], _ shown: Shown, rows: Int, columns: Int,
    _ limits: [Double], _ sources: [Figure.Source]
  ) -> Figure {
    let layout = HistogramLayout(blocks: shown.blocks.count, timesteps: shown.turns.count)
    var panels: [Panel] = []
    var labels: [Label] = []
    for (slot, place) in shown.blocks.enumerated() {
      let block = blocks[place]
      let ends = Array(limits[2 * timesteps.count * place..<2 * timesteps.count * (place + 1)])
      let top = 1.04 * max(ends.max() ?? 1, 1e-6)
      let step = TickRule.niceStep(top, ticks: 3)
      let norms = Scale(.linear, from: 0, to: top)
      for (across, turn) in shown.turns.enumerated() {
        let cells = rows * columns
        let at = (place * timesteps.count + turn) * cells
        let frame = layout.frame(block: slot, timestep: across)
        let map = frequencies(
          values[at..<at + cells], id: "histogram-\(block.block.label)-\(timesteps[turn])",
          rows: rows,
          columns: columns, norms: (ends[2 * turn], ends[2 * turn + 1]))
        let isLowest = layout.isLowest(block: slot)
        panels.append(
          Panel(
            id: map.id, frame: frame,
            x: Axis(
              Scale(.linear, from: -0.5, to: 1),
              ticks: [-0.5, 0, 0.5, 1].map {
                Tick($0, isLowest && $0 != -0.5 && $0 != 0.5 ? Fixed.short($0, places: 1) : "")
              },
              side: .bottom,
              label: isLowest && across == shown.turns.count / 2 ? "cosine similarity" : "",
              labelDistance: 22,
              tickSize: 8),
            y: Axis(
              norms,
              ticks: across == 0 ? TickRule.multiples(of: step, from: 0, to: top) : [],
              side: .left, label: across == 0 ? "norm" : "", labelDistance: 32, tickSize: 8),
            marks: [.heatMap(map)]))
        if layout.isHighest(block: slot) {
          labels.append(
            Label("t = \(timesteps[turn])", at: Point(frame.midX, frame.y - 9), size: 10))
        }
      }
      let first = layout.frame(block: slot, timestep: 0)
      labels.append(
        Label(block.block.label, at: Point(first.x - 44, first.midY), size: 10.5, alignment: .end))
    }
    panels.append(
      Panel(
        bar: "frequency-bar", frame: layout.bar, colors: colors,
        ticks: stride(from: -12, through: -2, by: 2).map {
          Tick(1 / power(-$0), "10" + Superscript.text($0))
        },
        label: "relative frequency", labelDistance: 40))
    let name = ModelName.display(model)
    return Figure(
      kind: FigureKind.normHistograms.name, model: model, models: [model],
      title: "Cosine similarity and norm of token pairs in the blocks of \(name)",
      caption: """
        Pairs of tokens of two images by their cosine similarity (across) and mean norm (up), at the \
        end of each block of \(name) and at timesteps \
        \(shown.turns.map { String(timesteps[$0]) }.joined(separator: ", ")). Colours show relative frequency on a logarithmic scale.
        """,
      alternative:
        "Two-dimensional histograms of cosine similarity and norm of token pairs, one for "
        + "each of \(shown.blocks.count) blocks and \(shown.turns.count) timesteps of \(name).",
      size: layout.size, panels: panels, labels: labels, sources: sources)
  }

  private static func frequencies(
    _ counts: ArraySlice<Double>, id: String, rows: Int, columns: Int,
    norms: (low: Double, high: Double)
  ) -> HeatMap {
    let total = counts.reduce(0) { $1.isFinite && $1 > 0 ? $0 + $1 : $0 }
    // One norm for all tokens still has a height to draw.
    let high = norms.high > norms.low ? norms.high : norms.low + 1e-9 + norms.low * 0.01
    return HeatMap(
      id: id, values: counts.map { total > 0 && $0 > 0 ? Float($0 / total) : .nan }, rows: rows,
      columns: columns, colors: colors,
      extent: Extent(left: -0.5, right: 1, bottom: norms.low, top: high))
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { value, _ in value * 10 }
  }
}

/// Blocks down two columns, each a row of one panel a timestep.
struct HistogramLayout {
  let blocks: Int
  let timesteps: Int

  /// Few blocks stand in one column.
  var rows: Int { blocks <= 4 ? max(1, blocks) : (blocks + 1) / 2 }

  private static let cell = Size(72, 58)
  private static let gap = Size(7, 13)
  private static let left = 76.0
  private static let top = 22.0
  private static let between = 88.0

  private var columnWidth: Double {
    Double(timesteps) * Self.cell.width + Double(timesteps - 1) * Self.gap.width
  }

  /// The panel of one block and timestep.
  func frame(block: Int, timestep: Int) -> Rect {
    let (column, row) = block.quotientAndRemainder(dividingBy: rows)
    return Rect(
      x: Self.left + Double(column) * (columnWidth + Self.between)
        + Double(timestep) * (Self.cell.width + Self.gap.width),
      y: Self.top + Double(row) * (Self.cell.height + Self.gap.height), width: Self.cell.width,
      height: Self.cell.height)
  }

  /// Whether no other block stands above.
  func isHighest(block: Int) -> Bool { block % rows == 0 }

  /// Whether no other block stands below.
  func isLowest(block: Int) -> Bool {
    block % rows == rows - 1 || block == blocks - 1
  }

  /// The colour bar, to the right of everything.
  var bar: Rect {
    let last = frame(block: blocks > rows ? rows : 0, timestep: timesteps - 1)
    // Beside a full column as high as that; 11 blocks leave the last place of the second one free.
    let beside = max(1, blocks > rows ? blocks - rows : rows)
    let depth = Double(beside) * (Self.cell.height + Self.gap.height) - Self.gap.height
    return Rect(x: last.maxX + 12, y: Self.top, width: 9, height: depth)
  }

  /// The size of everything.
  var size: Size {
    Size(
      bar.maxX + 52,
      Self.top + Double(rows) * (Self.cell.height + Self.gap.height) - Self.gap.height + 32)
  }
}

extension FigureKind {
  /// 2-D histograms of similarity and norm, one a model.
  public static let normHistograms = FigureKind(
    name: "norm-histograms",
    summary: "token pairs by cosine similarity and norm, blocks by timesteps",
    maker: .each { data, model, view throws(FigureError) in
      try NormHistograms.draft(from: data, model: model, view: view)
    })
}
