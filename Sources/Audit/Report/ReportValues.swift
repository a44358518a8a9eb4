import Experiments
import Figures
import Foundation
import Layers
import ProjectPage

/// What the template `audit` shows, by name.
struct ReportValues {
  let findings: ModelFindings
  let compared: [ModelFindings]
  let control: ModelFindings?
  let verdict: Verdict
  let images: ImageSet
  let figures: [Figure]
  let settings: AuditSettings
  /// Names of array files that lie in the output folder; those of other models are put into
  /// `compared/`.
  let local: Set<String>

  private var words: ReportWords {
    ReportWords(findings: findings, verdict: verdict, images: images, control: control)
  }
  private var tables: ReportTables {
    ReportTables(findings: findings, compared: compared, verdict: verdict, images: images)
  }
  private var checkpoint: String {
    findings.record?.checkpoint ?? findings.model
  }

  /// The name of the record of the arrays.
  var provenanceFile: String { "provenance_\(findings.model).json" }

  /// All of it.
  var all: [String: PageValue] {
    let title = "Audit of \(ModelName.display(findings.model))"
    return [
      "language": .text("en"), "title": .text(title),
      "description": .text("\(title): \(words.answer)."),
      "software": .text("unetlens \(settings.version)"), "scholar": .list([]),
      "social": .list([]), "url": .absent, "jsonld": .json(jsonLD(title)),
      "name": .text(ModelName.display(findings.model)), "facts": .list(facts),
      "answer": .text("\(words.answer)."), "undertrained": .flag(words.isUndertrained),
      "clean": clean, "strip": tables.strip,
      "criteria": tables.criteria, "layers": tables.layers,
      "position": section(
        [words.position, words.untrained], ["quantitative", "comparison", "position-maps"]),
      "corners": section([words.corners], ["corner-maps"]),
      "norms": section(
        [words.norms],
        ["anomalous-tokens", "norm-maps"]),
      "images": tables.anomalousImages ?? .absent,
      "models": tables.models.map { .object(["rows": $0]) } ?? .absent,
      "others": others, "provenance": provenance,
      "document": .text("audit.json"),
    ]
  }

  /// What was audited, and how.
  private var facts: [PageValue] {
    let options = findings.record?.options ?? [:]
    let precision = options["precision"] == "bf16" ? "bf16 products" : "float32"
    let weights =
      options["weights"] == "stored" ? "weights as stored" : "weights rounded to float16"
    return [
      ("Checkpoint", checkpoint),
      ("Images", "\(images.paths.count) of \(images.width)\u{D7}\(images.height) pixels"),
      ("Timestep", options["timestep"] ?? "\(settings.run.timestep)"),
      ("Computed in", "\(precision), \(weights)"),
    ].map { .object(["label": .text($0.0), "value": .text($0.1)]) }
  }

  /// The layers that meet all criteria, by block.
  private var clean: PageValue {
    let layers = verdict.clean
    let blocks = Layer.blockOutputs.map(\.block).compactMap { block -> PageValue? in
      let members = layers.filter { $0.block == block }
      guard !members.isEmpty else { return nil }
      return .object([
        "block": .text(block.label),
        "members": .list(members.map { .object(["layer": .text($0.name)]) }),
      ])
    }
    return blocks.isEmpty ? .absent : .object(["blocks": .list(blocks)])
  }

  /// Kinds of figures that a section shows, and the teaser, which is made of the same panels.
  private static let placed = [
    "teaser", "quantitative", "comparison", "position-maps", "corner-maps", "anomalous-tokens",
    "norm-maps",
  ]

  private func section(_ texts: [String], _ kinds: [String]) -> PageValue {
    let text = texts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    let shown = kinds.flatMap { kind in figures.filter { $0.kind == kind } }
    if text.isEmpty && shown.isEmpty { return .absent }
    return .object([
      "prose": .prose(text), "figures": .list(shown.map(figure)),
    ])
  }

  /// Figures that no section shows.
  private var others: PageValue {
    let rest = figures.filter { !Self.placed.contains($0.kind) }
    return rest.isEmpty ? .absent : .object(["figures": .list(rest.map(figure))])
  }

  private func figure(_ figure: Figure) -> PageValue {
    .figure(figure, arrays: address)
  }

  private func address(_ name: String) -> String {
    local.contains(name) ? name : "compared/\(name)"
  }

  private var provenance: PageValue {
    let own = findings.provenance.arrays.sorted { $0.key < $1.key }.map { file, entry in
      row(file, file, entry.sha256, "computed by this audit", entry)
    }
    let sources = Dictionary(
      figures.flatMap(\.sources).map { ($0.name, $0.sha256) },
      uniquingKeysWith: { first, _ in first })
    let beside = sources.keys.sorted().filter { findings.provenance.arrays[$0] == nil }.map {
      name in
      let owner = compared.first {
        $0.provenance.arrays[name] != nil || $0.sources.contains { $0.name == name }
      }
      return row(
        name, address(name), sources[name] ?? "",
        "of \(owner?.model ?? "another model"), beside it",
        owner?.provenance.arrays[name])
    }
    return .object([
      "title": .text("How it was computed"),
      "text": .prose(
        """
        Numbers and figures are drawn from the files below and nothing else; `\(provenanceFile)` records \
        checkpoint, images and options with their hashes. The arrays are made by `\(settings.command)`.
        """),
      "files": .list(own + beside),
    ])
  }

  private func row(
    _ file: String, _ address: String, _ hash: String, _ credit: String,
    _ entry: Provenance.Entry?
  ) -> PageValue {
    .object([
      "file": .text(file), "address": .text(address), "sha256": .text(hash),
      "credit": .prose(credit),
      "command": .absent,
      "details": entry.map {
        .text("\($0.experiment), \($0.imageCount) images, unetlens \($0.version)")
      }
        ?? .absent,
    ])
  }

  private func jsonLD(_ title: String) -> String {
    let value = JSONValue.object([
      "@context": .text("https://schema.org"), "@type": .text("Report"), "name": .text(title),
      "about": .text(checkpoint), "inLanguage": .text("en"),
    ])
    return String(decoding: value.bytes, as: UTF8.self)
  }
}
