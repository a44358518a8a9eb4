import Experiments
import Files
import Layers
import ProjectPage

/// The report's tables: the strip of layers by criteria, the criteria, all layers, images, models.
struct ReportTables {
  let findings: ModelFindings
  let compared: [ModelFindings]
  let verdict: Verdict
  let images: ImageSet

  /// The most images that the report lists; `audit.json` has all.
  static let listedImages = 40

  // MARK: The strip

  /// Layers across, criteria down, one coloured cell each.
  var strip: PageValue {
    let clean = Set(verdict.clean)
    var rows: [PageValue] = [
      row(
        title: "all criteria", summary: "\(clean.count) of \(verdict.layers.count)", isTotal: true,
        cells: verdict.layers.map { layer, _ in
          clean.contains(layer.layer)
            ? Cell(kind: "met", mark: "\u{2713}", text: "\(layer.layer.name): all hold")
            : Cell(kind: "open", mark: "", text: "\(layer.layer.name): not all hold")
        })
    ]
    for (place, criterion) in verdict.criteria.active.enumerated() {
      let (failing, count) = verdict.failing(criterion)
      rows.append(
        row(
          title: criterion.title, summary: "\(count - failing.count) of \(count)", isTotal: false,
          cells: verdict.layers.map { layer, judgements in
            Self.cell(judgements[place], layer.layer)
          }))
    }
    let layers = verdict.layers.map(\.layer.layer)
    let blocks = Layer.blockOutputs.map(\.block).compactMap { block -> PageValue? in
      let span = layers.count { $0.block == block }
      return span == 0
        ? nil : .object(["label": .text(block.label), "span": .text("\(span)")])
    }
    return .object([
      "blocks": .list(blocks),
      "columns": .list(
        layers.enumerated().map { place, layer in
          .object([
            "name": .text(layer.name), "tick": .text(layer.tick),
            "edge": .text(Self.edge(place, layers)),
          ])
        }),
      "rows": .list(rows),
    ])
  }

  private struct Cell {
    var kind: String
    var mark: String
    var text: String
  }

  private static func edge(_ place: Int, _ layers: [Layer]) -> String {
    place > 0 && layers[place].block != layers[place - 1].block ? "edge" : "inside"
  }

  private func row(title: String, summary: String, isTotal: Bool, cells: [Cell]) -> PageValue {
    let layers = verdict.layers.map(\.layer.layer)
    return .object([
      "title": .text(title), "summary": .text(summary), "kind": .text(isTotal ? "total" : "single"),
      "cells": .list(
        cells.enumerated().map { place, cell in
          .object([
            "kind": .text("\(cell.kind) \(Self.edge(place, layers))"),
            "mark": cell.mark.isEmpty ? .absent : .text(cell.mark), "text": .text(cell.text),
          ])
        }),
    ])
  }

  private static func cell(_ judgement: Judgement, _ layer: Layer) -> Cell {
    guard let holds = judgement.holds else {
      return Cell(kind: "absent", mark: "\u{B7}", text: "\(layer.name): does not apply")
    }
    guard let value = judgement.value else {
      return Cell(kind: "far", mark: "\u{D7}", text: "\(layer.name): no number")
    }
    let text = "\(layer.name): \(judgement.criterion.text(value))"
    // How far into or beyond the limit, counted from the best value there is.
    let base = judgement.criterion.range.lowerBound == 1 ? 1.0 : 0.0
    let share = judgement.limit > base ? (value - base) / (judgement.limit - base) : holds ? 0 : 9
    return holds
      ? Cell(kind: share < 0.5 ? "low" : "near", mark: "", text: "\(text), holds")
      : Cell(kind: share < 2 ? "over" : "far", mark: "\u{D7}", text: "\(text), does not hold")
  }

  // MARK: Criteria

  /// Every criterion with its limit and the reason for its default.
  var criteria: PageValue {
    .list(
      Criterion.allCases.map { criterion in
        let limit = verdict.criteria.limits[criterion]
        let isDefault = limit == criterion.defaultLimit
        let (failing, count) = verdict.failing(criterion)
        return .object([
          "key": .text(criterion.rawValue),
          "limit": .text(limit.map { "at most \(criterion.text($0))" } ?? "off"),
          "meaning": .text(criterion.meaning),
          "reason": .text(
            isDefault
              ? criterion.reason
              : "Set by \(verdict.criteria.file ?? "the caller"); the default is "
                + "\(criterion.defaultLimit.map(criterion.text) ?? "off")."),
          "result": .text(
            limit == nil
              ? "\u{2013}" : count == 0 ? "no layer has it" : "\(count - failing.count) of \(count)"
          ),
        ])
      })
  }

  // MARK: Layers

  /// One row a layer with its numbers; those over a limit are marked.
  var layers: PageValue {
    .list(
      findings.layers.map { layer in
        let judged = verdict.layers.first { $0.layer.layer == layer.layer }?.judgements ?? []
        func cell(_ text: String?, _ criterion: Criterion) -> PageValue {
          let fails = judged.contains { $0.criterion == criterion && $0.holds == false }
          return .object([
            "text": .text(text ?? "\u{2013}"), "kind": .text(fails ? "fails" : "plain"),
            "fails": .flag(fails),
          ])
        }
        let patches = layer.norms.map { "\($0.anomalousImages.count) of \($0.images)" }
        return .object([
          "name": .text(layer.layer.name),
          "tokens": .text(
            layer.rows.flatMap { rows in layer.columns.map { "\(rows)\u{D7}\($0)" } } ?? "\u{2013}"),
          "cells": .list([
            cell(layer.coarseAccuracy.map(Numbers.percent), .positionAccuracy),
            cell(
              layer.untrained.map(Numbers.percent), .positionAboveUntrained),
            cell(layer.corner.map { Self.ratio($0.ratio) }, .cornerSimilarity),
            cell(layer.border.map { Self.ratio($0.ratio) }, .borderSimilarity),
            cell(layer.norms?.cornerRatio.map(Self.ratio), .cornerNorm),
            cell(
              layer.norms.map { Self.ratio($0.isFinite ? $0.largestRatio : .nan) }, .largestNorm),
            cell(patches, .anomalousImages),
          ]),
        ])
      })
  }

  private static func ratio(_ value: Double) -> String {
    value.isFinite ? Numbers.factor(value) : "no number"
  }

  // MARK: Images and models

  /// The images with patches of anomalous norm; nil where there is none.
  var anomalousImages: PageValue? {
    let layer = findings.layers.first { $0.layer == ModelFindings.labelledLayer }
    let byImage = Dictionary(grouping: layer?.norms?.patches ?? [], by: \.image)
    guard !byImage.isEmpty else { return nil }
    let listed = byImage.sorted { $0.key < $1.key }
    let rows = listed.prefix(Self.listedImages).map { image, patches -> PageValue in
      .object([
        "index": .text("\(image)"), "file": .text(Folder.name(of: images.paths[image])),
        "count": .text("\(patches.count)"),
        "patches": .text(
          patches.prefix(8).map { "(\($0.x), \($0.y))" }.joined(separator: ", ")
            + (patches.count > 8 ? ", …" : "")),
      ])
    }
    let more = listed.count - rows.count
    return .object([
      "rows": .list(rows),
      "more": more > 0 ? .text("\(Numbers.count(more, "more image")) in audit.json.") : .absent,
    ])
  }

  /// The audited model and those beside it, one row each; nil where there is no other.
  var models: PageValue? {
    guard !compared.isEmpty else { return nil }
    return .list(([findings] + compared).map(Self.model))
  }

  private static func model(_ model: ModelFindings) -> PageValue {
    func text(_ measure: (LayerFindings) -> Double?, _ show: (Double) -> String) -> PageValue {
      let found = Extremes(model.layers, measure)?.largest
      return .object([
        "value": .text(found.map { show($0.value) } ?? "\u{2013}"),
        "layer": found.map { .text($0.layer.name) } ?? .absent,
      ])
    }
    let positions = Extremes(model.layers) { $0.coarseAccuracy }
    let border = Extremes(model.layers) { $0.border?.ratio }
    return .object([
      "name": .text(model.model),
      "position": text({ $0.coarseAccuracy }, Numbers.percent),
      "readable": .text(
        positions.map { "\($0.above(0.5)) of \($0.values.count)" } ?? "\u{2013}"),
      "corner": text({ $0.corner?.ratio }, Numbers.factor),
      "border": .text(
        border.map {
          "\(Numbers.factor($0.smallest.value)) \u{2013} \(Numbers.factor($0.largest.value))"
        } ?? "\u{2013}"),
      "anomaly": text({ $0.labelledNorm }, Numbers.factor),
    ])
  }
}
