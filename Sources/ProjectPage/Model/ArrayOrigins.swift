import Figures
import Files
import Foundation

/// Whose each array file is: known by its hash, or by the record of the run that made it.
struct ArrayOrigins {
  /// What is known of one file.
  struct Origin {
    let file: String
    let sha256: String
    /// HTML that credits those who made it.
    let credit: String
    /// The command that made it, where it is recorded.
    var command: String?
    /// Checkpoint, images and options, where they are recorded.
    var details: String?
  }

  private(set) var origins: [String: Origin] = [:]
  private(set) var warnings: [String] = []
  /// The provenance files read so far, by model.
  private var records: [String: Record] = [:]

  private struct Record: Decodable {
    struct Entry: Decodable {
      var sha256: String
      var command: String?
      var checkpoint: String?
      var imageCount: Int?
      var options: [String: String]?
      var version: String?
    }
    var arrays: [String: Entry]
  }

  /// The origins of all sources of `figures`, and of the other files that facts were read from.
  ///
  /// - Throws: ``PageError`` where a provenance file is there but wrong.
  init(
    figures: [Figure], data: DataFolder, content: Content, filler: NumberFiller,
    noting problems: inout Set<PageProblem>
  ) throws(PageError) {
    var sources = figures.map { (models: $0.models, files: $0.sources) }
    for (model, facts) in filler.facts.sorted(by: { $0.key < $1.key }) {
      sources.append((models: [model], files: facts.sources))
    }
    for (shown, files) in sources {
      for source in files where origins[source.name] == nil {
        // A figure over all models names none of them: whose a file is, its name says.
        let models = ArrayKind.model(ofFile: source.name).map { [$0] } ?? shown
        var records: [Record] = []
        for model in models {
          if let record = try record(of: model, data) { records.append(record) }
        }
        origins[source.name] = origin(
          source, models: models, records, content, filler, &problems)
      }
    }
  }

  private mutating func origin(
    _ source: Figure.Source, models: [String], _ records: [Record], _ content: Content,
    _ filler: NumberFiller, _ problems: inout Set<PageProblem>
  ) -> Origin {
    func credit(_ value: Content.Value?) -> String {
      guard let value, case .markup(let html) = filler.fill(value, noting: &problems) else {
        return ""
      }
      return html
    }
    for entry in content["credits"]?.elements ?? [] {
      let hashes = entry.fields["sha256"]?.elements.compactMap(\.text) ?? []
      if hashes.contains(source.sha256) {
        return Origin(
          file: source.name, sha256: source.sha256, credit: credit(entry.fields["credit"]))
      }
    }
    if let entry = records.compactMap({ $0.arrays[source.name] }).first {
      if entry.sha256 == source.sha256 {
        return Origin(
          file: source.name, sha256: source.sha256, credit: credit(content["provenance.own"]),
          command: entry.command, details: Self.details(entry))
      }
      warnings.append(
        "\(source.name): its SHA-256 is not the one in the model's provenance file; the page calls "
          + "its origin unknown")
    }
    let statement = models.compactMap { content["models.\($0).arrays"] }.first
    return Origin(
      file: source.name, sha256: source.sha256,
      credit: credit(statement ?? content["provenance.unknown"]))
  }

  private static func details(_ entry: Record.Entry) -> String {
    var parts: [String] = []
    if let checkpoint = entry.checkpoint { parts.append("checkpoint \(checkpoint)") }
    if let count = entry.imageCount { parts.append("\(count) images") }
    for (name, value) in (entry.options ?? [:]).sorted(by: { $0.key < $1.key }) {
      parts.append("\(name) \(value)")
    }
    if let version = entry.version { parts.append("unetlens \(version)") }
    return parts.joined(separator: ", ")
  }

  private mutating func record(
    of model: String, _ data: DataFolder
  ) throws(PageError) -> Record? {
    if let known = records[model] { return known }
    let name = "provenance_\(model).json"
    guard data.has(name) else { return nil }
    let path = Folder.join(data.path, name)
    do {
      let record = try JSONDecoder().decode(
        Record.self, from: try MappedFile(path).withBytes { Data($0) })
      records[model] = record
      return record
    } catch let error as FileError {
      throw PageError([PageProblem(error)])
    } catch {
      throw PageError(path, "expected a provenance file as docs/FORMATS.md describes it")
    }
  }

  /// Whose arrays `figures` show: each credit once, with the models and figures it is for.
  func credits(_ figures: [Figure], name: (String) -> String) -> [(subject: String, credit: String)]
  {
    var credits: [(credit: String, groups: [(model: String?, kinds: [String])])] = []
    for figure in figures {
      let kind = figure.kind.replacing("-", with: " ")
      for source in figure.sources {
        let model = figure.model ?? ArrayKind.model(ofFile: source.name)
        let credit = origins[source.name]?.credit ?? ""
        let place =
          credits.firstIndex { $0.credit == credit }
          ?? {
            credits.append((credit, []))
            return credits.count - 1
          }()
        if let group = credits[place].groups.firstIndex(where: { $0.model == model }) {
          if !credits[place].groups[group].kinds.contains(kind) {
            credits[place].groups[group].kinds.append(kind)
          }
        } else {
          credits[place].groups.append((model, [kind]))
        }
      }
    }
    return credits.map { entry in
      let subjects = entry.groups.map { group in
        let kinds = group.kinds.joined(separator: ", ")
        return group.model.map { credits.count > 1 ? "\(name($0)) (\(kinds))" : name($0) } ?? kinds
      }
      return (subjects.joined(separator: ", "), entry.credit)
    }
  }
}
