import Files
import Mustache

/// The templates of a folder, and what else lies there for the page.
struct TemplateSet: Sendable {
  /// The template of the page itself.
  static let entry = "page"

  /// Templates by name.
  let templates: [String: Template]
  /// Files to be copied beside the page, by their path in the folder.
  let assets: [String: [UInt8]]
  /// What is wrong with the templates on their own.
  let problems: [PageProblem]
  /// The folder, as it was given.
  let folder: String

  /// Reads `folder`: `.html` files at its top are templates; YAML, Markdown and hidden files are the
  /// author's; everything else is an asset.
  ///
  /// - Throws: ``PageError`` where the folder cannot be read.
  ///
  /// - Parameter entry: the template of the page itself.
  init(folder: String, entry: String = Self.entry) throws(PageError) {
    self.folder = folder
    var templates: [String: Template] = [:]
    var assets: [String: [UInt8]] = [:]
    var problems: [PageProblem] = []
    for path in try Self.files(in: folder, below: "") {
      let file = Folder.join(folder, path)
      let bytes = try Self.read(file)
      if path.hasSuffix(".html"), !path.contains("/") {
        let name = String(path.dropLast(".html".count))
        let text = String(decoding: bytes, as: UTF8.self)
        let parsed = TemplateParser.parse(text, name: name, file: file)
        templates[name] = parsed.template
        problems += parsed.problems
      } else if !["yaml", "yml", "md"].contains(path.split(separator: ".").last.map(String.init)) {
        assets[path] = bytes
      }
    }
    if templates[entry] == nil {
      problems.append(
        PageProblem(
          SourceLocation(folder, line: 0),
          "expected the page's template, \(entry).html, in this folder, and found none"))
    }
    (self.templates, self.assets, self.problems) = (templates, assets, problems)
  }

  /// The page, rendered from `model`, which ``TemplateScanner`` has found to fit.
  ///
  /// - Throws: ``PageError`` where swift-mustache reads a template otherwise than we do.
  func render(
    _ model: [String: PageValue], entry: String = Self.entry
  ) throws(PageError) -> String {
    var library = MustacheLibrary()
    for template in templates.values.sorted(by: { $0.name < $1.name }) {
      do {
        try library.register(template.mustache, named: template.name)
      } catch {
        throw PageError(template.file, "swift-mustache cannot read this template: \(error)")
      }
    }
    let values = PageValue.object(model).mustache ?? [String: Any]()
    return library.render(values, withTemplate: entry) ?? ""
  }

  private static func read(_ file: String) throws(PageError) -> [UInt8] {
    do { return try MappedFile(file).withBytes { Array($0) } } catch {
      throw PageError([.init(error)])
    }
  }

  private static func files(in folder: String, below: String) throws(PageError) -> [String] {
    let names: [String]
    do { names = try Folder.names(in: folder) } catch { throw PageError([.init(error)]) }
    var files: [String] = []
    for name in names where !name.hasPrefix(".") && !name.hasSuffix("~") {
      let path = Folder.join(folder, name)
      if Folder.isFolder(path) {
        files += try Self.files(in: path, below: "\(below)\(name)/")
      } else {
        files.append(below + name)
      }
    }
    return files
  }
}

extension PageProblem {
  /// A file that could not be used.
  init(_ error: FileError) {
    let sentence = error.description
    let prefix = "\(error.path): "
    self.init(
      SourceLocation(error.path, line: 0),
      sentence.hasPrefix(prefix) ? String(sentence.dropFirst(prefix.count)) : sentence)
  }
}
