import Figures

/// Everything that templates may use, by name: the content file's fields, figures and numbers.
struct PageModel {
  private let content: Content
  private let shown: ShownFigures
  private let data: DataFolder
  private let software: String
  private let filler: NumberFiller
  private(set) var values: [String: PageValue] = [:]
  private(set) var problems: Set<PageProblem> = []
  private(set) var warnings: [String] = []
  /// The names in the data folder of the array files that the page offers.
  private(set) var arrays: [String] = []

  /// The model of a page that shows `shown`.
  ///
  /// - Throws: ``PageError`` where a provenance or label file is there but wrong.
  init(
    content: Content, data: DataFolder, models: [String], shown: ShownFigures, software: String
  ) throws(PageError) {
    (self.content, self.shown, self.data, self.software) = (content, shown, data, software)
    var facts: [String: Facts] = [:]
    for model in models {
      facts[model] = try Facts(
        model: model, name: Self.name(model, content),
        figure: shown.figure(FigureKind.quantitative.name, of: model), data: data)
    }
    filler = NumberFiller(content: content, facts: facts)
    checkFigureNames()
    if case .object(let fields) = convert(content.root) { values = fields }
    addMetadata()
    addAuthors()
    addTeaser()
    addPhenomena(models)
    addResults(models)
    try addProvenance()
  }

  /// A model's name for readers.
  static func name(_ model: String, _ content: Content) -> String {
    content["models.\(model).name"]?.text ?? ModelName.display(model)
  }

  // MARK: Content as it stands

  /// The value as templates see it; fields that the schema knows and the file lacks are absent.
  private mutating func convert(
    _ value: Content.Value, _ schema: ContentSchema = .page
  ) -> PageValue {
    switch (value, schema) {
    case (.scalar(let text, .text, let place), _), (.scalar(let text, .address, let place), _):
      return .text(text, from: place)
    case (.scalar(_, .perModel, _), _): return .absent
    case (.scalar(_, _, let place), _):
      switch filler.fill(value, noting: &problems) {
      case .markup(let html): return .markup(html, from: place)
      case .absent(let name):
        warnings.append("\(place.file):\(place.line): a text is left out: no array gives \(name)")
        return .absent
      }
    case (.list(let values, _), .list(let element)):
      return .list(values.map { convert($0, element) })
    case (.object(let fields, _), .object(let known)):
      var converted: [String: PageValue] = [:]
      for field in known {
        converted[field.name] = fields[field.name].map { convert($0, field.schema) } ?? .absent
      }
      return .object(converted)
    case (.object(let fields, _), .map(let element)):
      return .object(fields.mapValues { convert($0, element) })
    default: return .absent
    }
  }

  private mutating func set(_ key: String, in parent: String, to value: PageValue) {
    guard case .object(var fields)? = values[parent] else { return }
    fields[key] = value
    values[parent] = .object(fields)
  }

  private mutating func checkFigureNames() {
    let named =
      (content["results.figures"]?.elements ?? []).compactMap { $0.fields["figure"] }
      + (content["teaser.figures"]?.elements ?? [])
    for value in named {
      guard let name = value.text, !name.isEmpty, FigureKind.named(name) == nil else { continue }
      let known = FigureKind.all.map(\.name)
      problems.insert(
        PageProblem(
          value.location,
          "missing figure: there is none named \(name), only \(known.joined(separator: ", "))"))
    }
  }

  // MARK: Parts

  private mutating func addMetadata() {
    let metadata = PageMetadata(content: content)
    let teaser = teaserFigure
    func tags(_ pairs: [(name: String, content: String)]) -> PageValue {
      .list(pairs.map { .object(["name": .text($0.name), "content": .text($0.content)]) })
    }
    values["scholar"] = tags(metadata.scholar)
    values["social"] = tags(
      metadata.social(
        image: teaser.map {
          (path: "figures/\($0.fileName(.png))", alternative: $0.alternative)
        }))
    values["jsonld"] = .json(metadata.jsonLD)
    values["software"] = .text(software)
    // A heading breaks its lines between words, not inside "U-Net".
    let words = content.text("title").split(separator: " ").map { word in
      let escaped = Escaping.text(String(word))
      return word.contains("-") ? "<span class=\"nowrap\">\(escaped)</span>" : escaped
    }
    values["heading"] = .markup(words.joined(separator: " "), from: content["title"]?.location)
  }

  private mutating func addAuthors() {
    guard case .list(let authors)? = values["authors"] else { return }
    let ids = (content["affiliations"]?.elements ?? []).map { $0.fields["id"]?.text ?? "" }
    var marked: [PageValue] = []
    for (index, author) in authors.enumerated() {
      guard case .object(var fields) = author else { continue }
      let source = content["authors"]?.elements[index].fields["affiliation"]
      let place = ids.firstIndex(of: source?.text ?? "")
      if let source, place == nil {
        problems.insert(
          PageProblem(source.location, "no affiliation has the id \(source.text ?? "")"))
      }
      fields["mark"] = ids.count > 1 ? .optional(place.map { .text("\($0 + 1)") }) : .absent
      marked.append(.object(fields))
    }
    values["authors"] = .list(marked)
  }

  private var teaserFigure: Figure? {
    let names = (content["teaser.figures"]?.elements ?? []).compactMap(\.text)
    return names.lazy.compactMap { shown.figure($0) }.first
  }

  private mutating func addTeaser() {
    guard let figure = teaserFigure else {
      values["teaser"] = .absent
      warnings.append("the teaser is left out: none of its figures can be drawn from these arrays")
      return
    }
    set("figure", in: "teaser", to: self.figure(figure))
  }

  private mutating func addPhenomena(_ models: [String]) {
    guard case .object(let fields)? = values["phenomena"],
      case .list(let items)? = fields["items"]
    else { return }
    let sources = content["phenomena.items"]?.elements ?? []
    let filled = zip(items, sources).enumerated().map { index, pair -> PageValue in
      guard case .object(var item) = pair.0 else { return pair.0 }
      item["number"] = .text("\(index + 1)")
      item["numbers"] = numbers(pair.1.fields["numbers"], models)
      return .object(item)
    }
    set("items", in: "phenomena", to: .list(filled))
  }

  /// The prose once for each model that has what it names.
  private mutating func numbers(_ value: Content.Value?, _ models: [String]) -> PageValue {
    guard let value else { return .absent }
    let texts = models.compactMap { model -> PageValue? in
      guard case .markup(let html) = filler.fill(value, for: model, noting: &problems) else {
        return nil
      }
      return .object([
        "model": .text(Self.name(model, content)), "text": .markup(html, from: value.location),
      ])
    }
    return texts.isEmpty ? .absent : .list(texts)
  }

  private mutating func addResults(_ models: [String]) {
    let order = content["results.figures"]?.elements ?? []
    var tabs: [PageValue] = []
    for model in models {
      let figures = shown.results.filter { $0.model == model }
      guard !figures.isEmpty else {
        warnings.append("\(model): its tab is left out: no figure can be drawn from its arrays")
        continue
      }
      tabs.append(
        .object([
          "id": .text(PageValue.identifier(model)), "name": .text(Self.name(model, content)),
          "link": .optional(content["models.\(model).link"]?.text.map { .text($0) }),
          "first": .flag(tabs.isEmpty),
          "numbers": numbers(content["results.numbers"], [model]),
          "figures": .list(figures.map { figure($0, order) }),
        ]))
    }
    let together = shown.results.filter { $0.model == nil && $0.kind != teaserFigure?.kind }
    if tabs.isEmpty && together.isEmpty { values["results"] = .absent }
    set("models", in: "results", to: tabs.isEmpty ? .absent : .object(["tabs": .list(tabs)]))
    set(
      "together", in: "results",
      to: together.isEmpty
        ? .absent : .object(["figures": .list(together.map { figure($0, order) })]))
    set("comparisons", in: "results", to: comparisons(models))
  }

  private mutating func comparisons(_ models: [String]) -> PageValue {
    let texts = (content["results.comparisons"]?.elements ?? []).compactMap { entry -> PageValue? in
      let needs = entry.fields["needs"]?.elements.compactMap(\.text) ?? []
      guard needs.allSatisfy(models.contains), let text = entry.fields["text"],
        case .markup(let html) = filler.fill(text, noting: &problems)
      else { return nil }
      return .object([
        "title": .text(entry.fields["title"]?.text ?? "", from: entry.location),
        "text": .markup(html, from: text.location),
      ])
    }
    return texts.isEmpty ? .absent : .list(texts)
  }

  private mutating func addProvenance() throws(PageError) {
    let origins = try ArrayOrigins(
      figures: shown.figures, data: data, content: content, filler: filler, noting: &problems)
    warnings += origins.warnings
    let listed = origins.origins.values.sorted { $0.file < $1.file }
    arrays = listed.map(\.file)
    let rows = listed.map { origin -> PageValue in
      .object([
        "file": .text(origin.file), "address": .text("arrays/\(origin.file)"),
        "sha256": .text(origin.sha256), "credit": .markup(origin.credit, from: nil),
        "command": .optional(origin.command.map { .text($0) }),
        "details": .optional(origin.details.flatMap { $0.isEmpty ? nil : .text($0) }),
      ])
    }
    set("files", in: "provenance", to: .list(rows))
    let credits = origins.credits(shown.results) { Self.name($0, content) }.map { entry in
      PageValue.object([
        "subject": .text(entry.subject), "credit": .markup(entry.credit, from: nil),
      ])
    }
    values["shown"] = credits.isEmpty ? .absent : .object(["credits": .list(credits)])
  }

  /// Adds the explorer's catalogue, and the figure that stands in where it cannot run.
  mutating func addExplorer(_ section: ExplorerSection?) {
    guard let section else {
      values["explorer"] = .absent
      return
    }
    set("catalogue", in: "explorer", to: .json(section.catalogue))
    let grids = shown.figure(FigureKind.similarityGrids.name)
    set("figure", in: "explorer", to: .optional(grids.map { figure($0) }))
  }

  // MARK: Figures

  private mutating func figure(_ figure: Figure, _ order: [Content.Value] = []) -> PageValue {
    let entry = order.first { $0.fields["figure"]?.text == figure.kind }
    var text = PageValue.absent
    if let value = entry?.fields["text"],
      case .markup(let html) = filler.fill(value, for: figure.model, noting: &problems)
    {
      text = .markup(html, from: value.location)
    }
    return .figure(figure, title: entry?.fields["title"]?.text, text: text) { "arrays/\($0)" }
  }
}
