import Files

/// A page from values that a program gives, through the same templates and checks as the project
/// page, all in one file: what it shows needs neither a network nor a file beside it.
package struct ReportPage: Sendable {
  private let templates: TemplateSet
  private let entry: String

  /// The page whose template is `entry` in the folder `templates`.
  ///
  /// - Throws: ``PageError`` where the templates cannot be read or are wrong.
  package init(templates folder: String, entry: String = "audit") throws(PageError) {
    templates = try TemplateSet(folder: folder, entry: entry)
    self.entry = entry
    if !templates.problems.isEmpty { throw PageError(templates.problems) }
  }

  /// `site` with `index.html`: rendered from `values`, links checked, and everything that it loads
  /// put into it.
  ///
  /// - Parameter existing: files that lie beside the page already and may be linked to.
  /// - Throws: ``PageError`` with everything that is wrong.
  package func render(
    _ values: [String: PageValue], into site: Site, existing: [String]
  ) throws(PageError) -> Site {
    let findings = TemplateScanner.scan(templates, values, entry: entry)
    guard findings.problems.isEmpty, findings.canRender else {
      throw PageError(Array(findings.problems))
    }
    let html = try templates.render(values, entry: entry)
    let loaded = site.files.merging(templates.assets) { own, _ in own }
    let checker = LinkChecker(
      files: Set(loaded.keys).union(existing).union([SiteWriter.listName]),
      origins: findings.addresses)
    let problems = checker.problems(in: html, name: "index.html")
    guard problems.isEmpty else { throw PageError(Array(problems)) }
    var complete = site
    complete.files["index.html"] = Array(SelfContained.html(html, files: loaded).utf8)
    return complete
  }
}
