/// Fills the numbers of models into prose of the content file.
struct NumberFiller {
  let content: Content
  /// Facts by model, for the models that the page shows.
  let facts: [String: Facts]

  /// What became of a prose.
  enum Outcome {
    case markup(String)
    /// An array that the prose needs is not there.
    case absent(String)
  }

  /// `value` as HTML.
  ///
  /// - Parameter model: the model whose facts need no prefix.
  func fill(
    _ value: Content.Value, for model: String? = nil, noting problems: inout Set<PageProblem>
  ) -> Outcome {
    guard case .scalar(let text, let schema, let location) = value else { return .absent("") }
    var numbers: [String: String] = [:]
    for name in Prose.slots(in: text) where numbers[name] == nil {
      let here = content.location(of: name, in: location)
      switch look(name, model) {
      case .value(let text): numbers[name] = text
      case .notFinite(let reason):
        problems.insert(PageProblem(here, "{{\(name)}} is not finite: \(reason)"))
        numbers[name] = "?"
      case .absent: return .absent(name)
      case .unknown(let hint):
        problems.insert(PageProblem(here, "unknown slot {{\(name)}}\(hint)"))
        numbers[name] = "?"
      }
    }
    let prose: Prose
    if case .inline = schema {
      prose = .inline(text, numbers: numbers)
    } else {
      prose = .blocks(text, numbers: numbers)
    }
    for fault in prose.faults {
      problems.insert(PageProblem(location, fault))
    }
    return .markup(prose.html)
  }

  /// Whether all conditions of a list hold; one that needs an absent fact does not.
  ///
  /// - Parameter model: the model whose facts need no prefix.
  func hold(
    _ conditions: Content.Value?, for model: String? = nil, noting problems: inout Set<PageProblem>
  ) -> Bool {
    var all = true
    for value in conditions?.elements ?? [] {
      guard let condition = Condition(value.text ?? "") else {
        problems.insert(
          PageProblem(
            value.location,
            "expected a comparison such as mini.corner.max > 1.5, found \"\(value.text ?? "")\""))
        continue
      }
      for name in condition.names {
        if case .unknown(let hint) = look(name, model) {
          problems.insert(PageProblem(value.location, "unknown fact \(name)\(hint)"))
        }
      }
      all = condition.evaluate { number($0, model) } == true && all
    }
    return all
  }

  /// A fact as the number that is shown.
  private func number(_ name: String, _ model: String?) -> Double? {
    guard case .value(let text) = look(name, model) else { return nil }
    return Double(text.replacing("\u{2212}", with: "-"))
  }

  private enum Look {
    case value(String)
    case notFinite(String)
    case absent
    case unknown(String)
  }

  private func look(_ name: String, _ model: String?) -> Look {
    if let model, Facts.names.contains(name) { return look(name, of: model) }
    // A model's name may hold dots, so it is what stands before a fact's name.
    for fact in Facts.names where name.hasSuffix(".\(fact)") {
      let prefix = String(name.dropLast(fact.count + 1))
      if !prefix.isEmpty, !Facts.names.contains(where: { prefix.hasSuffix(".\($0)") }) {
        return facts[prefix] == nil ? .absent : look(fact, of: prefix)
      }
    }
    let close = Spelling.closest(to: name, among: Facts.names)
    return .unknown(close.map { "; did you mean \($0)?" } ?? "; docs/PAGE.md lists them")
  }

  private func look(_ name: String, of model: String) -> Look {
    switch facts[model]?.facts[name] {
    case .value(let text): .value(text)
    case .notFinite(let reason): .notFinite(reason)
    case nil: .absent
    }
  }
}
