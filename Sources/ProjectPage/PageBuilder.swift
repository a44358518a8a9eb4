import Figures
import Files

/// Makes the project page: content file, arrays and templates become the files of a site.
///
/// ```swift
/// var builder = PageBuilder(data: "data")
/// let site = try builder.build()
/// try SiteWriter(output: "site").write(site)
/// ```
public struct PageBuilder: Sendable {
  /// The folder of cached arrays.
  public var data: String
  /// The content file.
  public var content: String
  /// The folder of templates and assets.
  public var templates: String
  /// The models to show; empty: all that the folder has.
  public var models: [String]
  /// The program's name and version, for figures and provenance.
  public var software: String
  /// What the explorer is made from; without it the page has none.
  public var explorer: ExplorerSources?

  /// A builder with the defaults of the command line.
  public init(
    data: String = "data", content: String = "Templates/content.yaml",
    templates: String = "Templates", models: [String] = [], software: String = "unetlens",
    explorer: ExplorerSources? = nil
  ) {
    self.data = data
    self.content = content
    self.templates = templates
    self.models = models
    self.software = software
    self.explorer = explorer
  }

  /// Everything that a page depends on, to be watched for changes.
  public var sources: [String] { [data, content, templates] + (explorer?.folders ?? []) }

  /// Builds the whole site in memory; nothing is written.
  ///
  /// - Throws: ``PageError`` with everything that is wrong in content, templates, links and numbers.
  public func build() throws(PageError) -> Site {
    var problems: Set<PageProblem> = []
    let content = try Content(file: self.content)
    let templates = try TemplateSet(folder: self.templates)
    problems.formUnion(content.problems)
    problems.formUnion(templates.problems)
    let (folder, models) = try arrays()
    let wanted = content["results.figures"]?.elements ?? []
    var hidden: [String: [String]] = [:]
    for figure in wanted {
      hidden[figure.fields["figure"]?.text ?? ""] =
        figure.fields["without"]?.elements.compactMap(\.text)
    }
    let shown = try ShownFigures(
      data: folder, models: self.models.isEmpty ? [] : models,
      order: wanted.compactMap { $0.fields["figure"]?.text }, hidden: hidden)
    var model = try PageModel(
      content: content, data: folder, models: models, shown: shown, software: software)
    let section = try explorerSection(content)
    model.addExplorer(section)
    problems.formUnion(model.problems)
    let findings = TemplateScanner.scan(templates, model.values)
    problems.formUnion(findings.problems)
    problems.formUnion(unusedTexts(content, model, findings))

    var site = Site(files: templates.assets, warnings: shown.warnings + model.warnings)
    addExplorer(section, to: &site)
    try site.add(shown.figures, software: software, data: data)
    try addArrays(model.arrays, folder, to: &site)
    let html =
      templates.problems.isEmpty && findings.canRender ? try templates.render(model.values) : ""
    site.files["index.html"] = Array(html.utf8)
    let checker = LinkChecker(
      files: Set(site.files.keys).union([SiteWriter.listName]),
      origins: origins(content, findings.addresses))
    problems.formUnion(checker.problems(in: html, name: "index.html"))
    for (path, bytes) in site.files where path.hasSuffix(".css") {
      problems.formUnion(
        checker.problems(
          inStyleSheet: String(decoding: bytes, as: UTF8.self), path: path,
          file: Folder.join(self.templates, path)))
    }
    guard problems.isEmpty else { throw PageError(Array(problems)) }
    site.files[SiteWriter.listName] = Array(SiteWriter.list(site.files).utf8)
    return site
  }

  private func arrays() throws(PageError) -> (DataFolder, [String]) {
    do {
      let folder = try DataFolder(data)
      let models = try folder.models(matching: self.models)
      guard
        !models.isEmpty
          || FigureKind.all.contains(where: { kind in
            ((try? kind.drafts(from: folder)) ?? []).contains { $0.figure != nil }
          })
      else {
        throw PageError(
          data,
          "expected cached arrays such as accuracies_cls_<model>.pt, found none; point --data at a "
            + "folder that holds some")
      }
      return (folder, models)
    } catch let error as FigureError {
      throw PageError([PageProblem(figure: error, path: data)])
    } catch let error as PageError {
      throw error
    } catch {
      throw PageError(data, "\(error)")
    }
  }

  private func explorerSection(_ content: Content) throws(PageError) -> ExplorerSection? {
    guard let explorer, content["explorer"] != nil else { return nil }
    return try ExplorerSection(
      explorer, content: content, label: { PageModel.name($0, content) },
      link: { content["models.\($0).link"]?.text })
  }

  /// Adds what the explorer reads on demand; a page without one needs none of its scripts either.
  private func addExplorer(_ section: ExplorerSection?, to site: inout Site) {
    guard let section else {
      site.files = site.files.filter { !$0.key.hasPrefix("explorer") }
      return
    }
    for (path, bytes) in site.files where path.hasPrefix("explorer") && path.hasSuffix(".js") {
      site.files[path] = LeanScript.bytes(bytes)
    }
    site.files.merge(section.files) { _, new in new }
    site.warnings += section.warnings
    // Visitors get the program as they get weights, over http as well as from a disk.
    if let program = site.files.removeValue(forKey: "explorer.wasm.gz") {
      let path = "explorer-wasm.txt"
      site.files[path] = ScriptFile.bytes(program, name: path)
    }
  }

  /// Arrays larger than this are not put beside a page.
  private static let largestArray = 32 << 20

  private func addArrays(
    _ names: [String], _ folder: DataFolder, to site: inout Site
  ) throws(PageError) {
    for name in names {
      do {
        let file = try MappedFile(Folder.join(folder.path, name))
        guard file.count <= Self.largestArray else {
          throw PageError(
            file.path,
            "\(file.count >> 20) MB, more than the \(Self.largestArray >> 20) MB that a page offers"
          )
        }
        site.files["arrays/\(name)"] = file.withBytes { Array($0) }
      } catch let error as FileError {
        throw PageError([PageProblem(error)])
      } catch let error as PageError {
        throw error
      } catch {
        throw PageError(folder.path, "\(error)")
      }
    }
  }

  /// Texts under `extra` that no template shows: a misspelt name, most likely.
  private func unusedTexts(
    _ content: Content, _ model: PageModel, _ findings: TemplateScanner.Findings
  ) -> [PageProblem] {
    (content["extra"]?.fields ?? [:]).compactMap { name, value in
      findings.usedKeys.contains("extra.\(name)")
        ? nil : PageProblem(value.location, "no template uses extra.\(name)")
    }
  }

  /// Where each address that an author wrote stands, content before templates.
  private func origins(
    _ content: Content, _ written: [String: SourceLocation]
  ) -> [String: SourceLocation] {
    var origins = written
    func collect(_ value: Content.Value) {
      switch value {
      case .scalar(let text, .address, let place): origins[text] = place
      case .scalar(let text, .inline, let place), .scalar(let text, .blocks, let place),
        .scalar(let text, .perModel, let place):
        for link in Prose.inline(text).links {
          origins[link] = content.location(of: "](\(link))", in: place)
        }
      case .scalar: break
      case .list(let values, _): values.forEach(collect)
      case .object(let fields, _): fields.values.forEach(collect)
      }
    }
    collect(content.root)
    return origins
  }
}

extension PageProblem {
  /// A figure that could not be made; its sentence starts with the file's path.
  init(figure error: FigureError, path: String) {
    let sentence = error.description
    let file = sentence.hasPrefix(path) ? String(sentence.prefix { $0 != ":" }) : path
    let prefix = "\(file): "
    self.init(
      SourceLocation(file, line: 0),
      sentence.hasPrefix(prefix) ? String(sentence.dropFirst(prefix.count)) : sentence)
  }
}
