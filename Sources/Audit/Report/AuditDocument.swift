import Experiments
import Figures
import Files
import Layers

/// `audit.json`: everything that the report says, for programs.
///
/// docs/FORMATS.md describes it.
struct AuditDocument {
  let findings: ModelFindings
  let compared: [ModelFindings]
  let verdict: Verdict
  let images: ImageSet
  let settings: AuditSettings

  /// The document.
  var json: JSONValue {
    .object([
      "format": .integer(1),
      "version": .text(settings.version),
      "command": .text(settings.command),
      "model": model,
      "images": .object([
        "count": .integer(images.paths.count),
        "size": .list([.integer(images.width), .integer(images.height)]),
        "sha256": .text(images.hash),
      ]),
      "options": .object(entry?.options.mapValues { .text($0) } ?? [:]),
      "criteria": criteria,
      "holds": .flag(verdict.holds),
      "clean": .list(verdict.clean.map { .text($0.name) }),
      "layers": .list(findings.layers.enumerated().map(layer)),
      "anomalies": anomalies,
      "compared": .list(compared.map(compared)),
      "arrays": .object(
        findings.provenance.arrays.mapValues { .text($0.sha256) }),
    ])
  }

  private var entry: Provenance.Entry? { findings.record }

  private var model: JSONValue {
    .object([
      "name": .text(findings.model),
      "checkpoint": entry.map { .text($0.checkpoint) } ?? .null,
      "checkpointSHA256": entry.map { .text($0.checkpointSHA256) } ?? .null,
    ])
  }

  private var criteria: JSONValue {
    var entries: [String: JSONValue] = [:]
    for criterion in Criterion.allCases {
      let limit = verdict.criteria.limits[criterion]
      let (failing, count) = verdict.failing(criterion)
      entries[criterion.rawValue] = .object([
        "max": .rounded(limit), "default": .rounded(criterion.defaultLimit),
        "meaning": .text(criterion.meaning), "reason": .text(criterion.reason),
        "layers": .integer(count), "failing": .list(failing.map { .text($0.name) }),
      ])
    }
    return .object(entries)
  }

  private func layer(_ index: Int, _ layer: LayerFindings) -> JSONValue {
    var fields = measures(of: layer)
    fields["index"] = .integer(index)
    let judged = verdict.layers.first { $0.layer.layer == layer.layer }
    fields["judged"] = .flag(judged != nil)
    fields["clean"] = judged == nil ? .null : .flag(verdict.clean.contains(layer.layer))
    var judgements: [String: JSONValue] = [:]
    for judgement in judged?.judgements ?? [] {
      judgements[judgement.criterion.rawValue] = .object([
        "value": .rounded(judgement.value), "max": .rounded(judgement.limit),
        "holds": judgement.holds.map { .flag($0) } ?? .null,
      ])
    }
    fields["criteria"] = .object(judgements)
    return .object(fields)
  }

  private func compared(_ model: ModelFindings) -> JSONValue {
    .object([
      "name": .text(model.model),
      "layers": .list(model.layers.map { .object(measures(of: $0)) }),
      "arrays": .object(
        Dictionary(uniqueKeysWithValues: model.sources.map { ($0.name, .text($0.sha256)) })),
    ])
  }

  /// What was measured in a layer of any model.
  private func measures(of layer: LayerFindings) -> [String: JSONValue] {
    [
      "name": .text(layer.layer.name), "block": .text(layer.layer.block.label),
      "tokens": layer.rows == nil
        ? .null : .list([.optional(layer.rows), .optional(layer.columns)]),
      "position": .list(
        layer.position.map { position in
          .object([
            "cells": .integer(position.cells), "accuracy": .rounded(position.accuracy),
            "chance": .rounded(position.chance),
            "untrained": position.cells == 8 ? .rounded(layer.untrained) : .null,
          ])
        }),
      "similarity": .object([
        "corner": .rounded(layer.corner?.ratio), "border": .rounded(layer.border?.ratio),
        "cornerCorrected": .rounded(layer.corner?.corrected),
        "borderCorrected": .rounded(layer.border?.corrected),
      ]),
      "norms": layer.norms.map(norms) ?? .null,
      "labelled": layer.labelledNorm == nil
        ? .null
        : .object([
          "mean": .rounded(layer.labelledNorm), "deviation": .rounded(layer.labelledDeviation),
        ]),
    ]
  }

  private func norms(_ norms: NormFindings) -> JSONValue {
    guard norms.isFinite else { return .object(["finite": .flag(false)]) }
    return .object([
      "finite": .flag(true), "smallest": .rounded(norms.smallest),
      "median": .rounded(norms.median), "mean": .rounded(norms.mean),
      "largest": .rounded(norms.largest), "largestRatio": .rounded(norms.largestRatio),
      "largestImage": .integer(norms.largestImage), "corner": .rounded(norms.cornerRatio),
      "border": .rounded(norms.borderRatio), "outliers": .integer(norms.outliers),
      "patches": .integer(norms.patches.count),
      "images": .integer(norms.anomalousImages.count),
    ])
  }

  /// The patches that the detector marks at the end of `up_blocks[1]`, image by image.
  private var anomalies: JSONValue {
    let layer = ModelFindings.labelledLayer
    let norms = findings.layers.first { $0.layer == layer }?.norms
    let byImage = Dictionary(grouping: norms?.patches ?? [], by: \.image)
    let detector = AnomalyDetector()
    return .object([
      "layer": .text(layer.name),
      "detector": .object([
        "deviations": .rounded(detector.deviations), "ratio": .rounded(detector.ratio),
      ]),
      "images": .list(
        byImage.sorted { $0.key < $1.key }.map { image, patches in
          .object([
            "image": .integer(image), "file": .text(Folder.name(of: images.paths[image])),
            "patches": .list(
              patches.map { .object(["x": .integer($0.x), "y": .integer($0.y)]) }),
          ])
        }),
    ])
  }
}
