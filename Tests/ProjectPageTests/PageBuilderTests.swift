import Files
import Foundation
import ProjectPage
import Tensors
import TestSupport
import Testing

/// The whole page: files in, files out, and everything that stops it.
struct PageBuilderTests {
  @Test func filesOut() throws {
    let files = try TestSite().build().files
    let stems = ["quantitative-sd15", "quantitative-mini", "teaser-mini", "comparison"]
    let figures = stems.flatMap { stem in
      ["pdf", "png", "svg"].map { "figures/\(stem).\($0)" }
    }
    let arrays = ["sd15", "mini"].flatMap {
      ["arrays/accuracies_cls_\($0).pt", "arrays/results_group_similarities_\($0).pt"]
    }
    let rest = ["index.html", "style.css", "page.js", "icon.svg", "SHA256SUMS"]
    #expect(Set(files.keys) == Set(figures + arrays + rest))
    let html = String(decoding: files["index.html"] ?? [], as: UTF8.self)
    // Sections in the order readers expect.
    let order = [
      "<h1>", "class=\"buttons\"", "id=\"about\"", "class=\"teaser", "id=\"phenomena\"",
      "id=\"results\"", "id=\"method\"", "id=\"provenance\"", "id=\"cite\"",
    ]
    let places = order.map { html.firstRange(of: $0)?.lowerBound }
    #expect(!places.contains(nil))
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    #expect(!html.contains("explorer"))
    #expect(!html.contains("{{") && !html.lowercased().contains("nan "))
  }

  @Test func sameInputsSameBytes() throws {
    let site = try TestSite()
    #expect(try site.build().files == site.build().files)
  }

  @Test func numbersComeFromTheArrays() throws {
    let site = try TestSite(models: [])
    try site.addArrays("sd15", phase: 0, accuracy: [20: 0.98765])
    let html = String(decoding: try site.build().files["index.html"] ?? [], as: UTF8.self)
    #expect(html.contains("<strong>98.8 %</strong>"))
    #expect(html.contains("<strong>1.50 times</strong>"))
  }

  @Test func oneContentFileFillsEveryPlace() throws {
    let site = try TestSite()
    let title = "A <\u{301}script> \"quoted\" & 'other' title"
    try site.edit(
      "content.yaml",
      "title: Latent Diffusion U-Net Representations Contain Positional Embeddings and Anomalies\ndesc",
      "title: |-\n  \(title)\ndesc")
    let html = String(decoding: try site.build().files["index.html"] ?? [], as: UTF8.self)
    let text = "A &lt;\u{301}script&gt; \"quoted\" &amp; 'other' title"
    let attribute = "A &lt;\u{301}script&gt; &quot;quoted&quot; &amp; &#39;other&#39; title"
    for place in [
      "<title>\(text)</title>", "<h1>\(text)</h1>",
      "<meta name=\"citation_title\" content=\"\(attribute)\">",
      "<meta property=\"og:title\" content=\"\(attribute)\">",
      "\"headline\":\"A \\u003c\u{301}script\\u003e \\\"quoted\\\" \\u0026 'other' title\"",
    ] {
      #expect(html.contains(place), "\(place)")
    }
  }

  @Test func everyProblemIsReportedAtOnceWithFileAndLine() throws {
    let site = try TestSite()
    try site.edit("head.html", "{{description}}", "{{descripton}}")
    try site.edit("about.html", "{{about}}", "{{about}}<a href=\"gone.html\">x</a>{{> nowhere}}")
    try site.edit("content.yaml", "  short: ICLR 2025, DeLTa workshop", "  short: \"\"")
    try site.edit(
      "content.yaml", "figures: [teaser, quantitative]", "figures: [teaser, quantitatif]")
    try site.edit("content.yaml", "{{position8.in}}", "{{position8.inn}}")
    try site.edit(
      "content.yaml", "[their code](https", "[their code](javascript:x) [y](#none) [z](https")
    try site.edit("style.css", "body {", "body { background: url(missing.png);")
    let found = site.problems().joined(separator: "\n")
    func expect(_ file: String, _ text: String, _ message: String) throws {
      let line = try site.line(of: text, in: file)
      #expect(found.contains("\(site.templates)/\(file):\(line): "), "\(file):\(line)\n\(found)")
      #expect(found.contains(message), "\(message)\n\(found)")
    }
    try expect(
      "head.html", "{{descripton}}", "unknown slot {{descripton}}; did you mean description?")
    try expect("about.html", "gone.html", "dead link: the page has no file gone.html")
    try expect("about.html", "nowhere", "nowhere.html, which is missing")
    try expect("content.yaml", "short: \"\"", "venue.short is empty")
    try expect("content.yaml", "quantitatif", "missing figure")
    try expect("content.yaml", "position8.inn", "unknown slot {{position8.inn}}")
    try expect("style.css", "missing.png", "no file missing.png")
    #expect(found.contains("{{venue.short}} is empty"))
  }

  @Test func numbersThatAreNoneAreErrorsThatNameArrayAndLayer() throws {
    let site = try TestSite(models: [])
    try site.addArrays("sd15", phase: 0, accuracy: [20: .nan])
    let found = site.problems()
    #expect(!found.isEmpty)
    for problem in found {
      #expect(problem.hasPrefix("\(site.templates)/content.yaml:"))
      #expect(
        problem.contains("accuracies_cls_sd15.pt holds nan at mid_block.resnets[1]"), "\(problem)")
    }
  }

  @Test func whatIsAbsentIsLeftOutWithAWarning() throws {
    let site = try TestSite(models: ["sd15"])
    try FileManager.default.removeItem(atPath: "\(site.data)/accuracies_cls_sd15.pt")
    let built = try site.build()
    let html = String(decoding: built.files["index.html"] ?? [], as: UTF8.self)
    #expect(!html.contains("position accuracy in"))
    #expect(html.contains("<strong>1.50 times</strong>"))
    #expect(built.warnings.contains { $0.contains("accuracies_cls_sd15.pt") })
  }

  @Test func noArraysAtAllIsASentence() throws {
    let site = try TestSite(models: [])
    #expect(site.problems().count == 1)
    #expect(site.problems().first?.contains("expected cached arrays") == true)
    var builder = site.builder
    builder.models = ["sd15"]
    #expect(throws: PageError.self) { try builder.build() }
  }

  @Test func everyTemplateNamesItsContentType() throws {
    let folder = "\(SharedMaterial.repository)/Templates"
    for name in try Folder.names(in: folder) where name.hasSuffix(".html") {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      #expect(text.hasPrefix("{{% CONTENT_TYPE:HTML }}\n"), "\(name)")
    }
  }

  @Test(arguments: [
    ("<p class={{language}}>", "in an attribute without quotes"),
    ("<p onclick=\"{{language}}\">", "in the attribute onclick"),
    ("<script>{{language}}</script>", "inside script"),
    ("<!-- {{language}} -->", "inside a comment"),
    ("{{{language}}}", "escaped rightly"), ("{{&language}}", "escaped rightly"),
    ("{{#url}}<p>", "is never closed"), ("{{/url}}", "closes nothing"),
    ("{{language", "is no slot"), ("<p title=\"{{about}}\"></p>", "holds markup"),
    ("{{> about}}", "includes itself"), ("<p {{> head}}></p>", "between elements only"),
  ]) func slotsInDangerousPlacesAreRefused(_ text: String, _ message: String) throws {
    let site = try TestSite(models: ["sd15"])
    try site.edit("about.html", "{{about}}", text)
    let found = site.problems()
    #expect(found.contains { $0.contains("about.html:") && $0.contains(message) }, "\(found)")
  }

  @Test func runsWithTheAuthorsArrays() throws {
    guard SharedMaterial.hasSeedData else { return }
    var builder = PageBuilder(data: SharedMaterial.seedData)
    builder.templates = "\(SharedMaterial.repository)/Templates"
    builder.content = "\(builder.templates)/content.yaml"
    let files = try builder.build().files
    for figure in ["quantitative-sd15", "norm-histograms-sd15", "norm-maps"] {
      for format in ["png", "pdf", "svg"] { #expect(files["figures/\(figure).\(format)"] != nil) }
    }
    // The labels that the text counts are on the page too.
    #expect(files["arrays/high_norm_anomalies_sd15.npy"] != nil)
    let html = String(decoding: files["index.html"] ?? [], as: UTF8.self)
    #expect(html.contains("from the paper’s authors"))
    #expect(!html.contains("origin not recorded"))
  }

  @Test("A figure over all models takes each file's origin from its own model's record")
  func originsOfManyModels() throws {
    let site = try TestSite()
    for model in ["sd15", "mini"] {
      let name = "mean_norm_maps_\(model).safetensors"
      let path = "\(site.data)/\(name)"
      try SafeTensors.write(
        [("mid_block", NDArray([1, 2, 3, 4] as [Float], shape: [2, 2]))], to: path)
      var entries: [String] = []
      for file in try Folder.names(in: site.data) where file.contains(model) {
        let hash = try SHA256Hex.ofFile("\(site.data)/\(file)")
        entries.append(#""\#(file)": {"sha256": "\#(hash)", "command": "make \#(model)"}"#)
      }
      let record = #"{"arrays": {\#(entries.joined(separator: ", "))}}"#
      try AtomicFile.write(Array(record.utf8), to: "\(site.data)/provenance_\(model).json")
    }
    let built = try site.build()
    let html = String(decoding: built.files["index.html"] ?? [], as: UTF8.self)
    #expect(built.files["figures/norm-maps.svg"] != nil)
    #expect(!html.contains("origin not recorded"))
    #expect(html.contains("make sd15") && html.contains("make mini"))
    // Nothing is said of arrays that only an audit makes.
    #expect(!built.warnings.contains { $0.contains("anomalous-tokens") })
  }
}
