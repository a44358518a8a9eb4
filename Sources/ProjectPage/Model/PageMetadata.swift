import Foundation

/// The page's description for machines: Google Scholar, social networks, search engines.
///
/// All of it comes from the content file's fields, which also fill the body.
struct PageMetadata {
  let content: Content

  /// `citation_*` pairs in the order that Google Scholar's guide gives them.
  var scholar: [(name: String, content: String)] {
    var tags = [("citation_title", content.text("title"))]
    for author in content["authors"]?.elements ?? [] {
      tags.append(("citation_author", author.fields["name"]?.text ?? ""))
      let institution = affiliation(of: author)?.fields["name"]?.text ?? ""
      tags.append(("citation_author_institution", institution))
    }
    tags += [
      ("citation_publication_date", content.text("date").replacing("-", with: "/")),
      ("citation_conference_title", content.text("venue.name")),
      ("citation_language", content.text("language")),
    ]
    for (kind, name) in [("abstract", "citation_abstract_html_url"), ("pdf", "citation_pdf_url")] {
      if let address = link(kind) { tags.append((name, address)) }
    }
    for (name, value) in (content["identifiers"]?.fields ?? [:]).sorted(by: { $0.key < $1.key }) {
      tags.append(("citation_\(name)_id", value.text ?? ""))
    }
    for keyword in content["keywords"]?.elements ?? [] {
      tags.append(("citation_keywords", keyword.text ?? ""))
    }
    return tags.map { (name: $0.0, content: $0.1) }
  }

  /// Open Graph pairs.
  ///
  /// - Parameter image: the teaser's path in the site and its alternative text.
  func social(image: (path: String, alternative: String)?) -> [(name: String, content: String)] {
    var tags = [
      ("og:type", "article"), ("og:title", content.text("title")),
      ("og:description", content.text("description")),
    ]
    // Open Graph wants whole addresses, which only the author can know.
    if let url = content["url"]?.text {
      let base = url.hasSuffix("/") ? url : "\(url)/"
      tags.append(("og:url", base))
      if let image {
        tags += [("og:image", base + image.path), ("og:image:alt", image.alternative)]
      }
    }
    for author in content["authors"]?.elements ?? [] {
      tags.append(("article:author", author.fields["name"]?.text ?? ""))
    }
    tags.append(("article:published_time", content.text("date")))
    return tags.map { (name: $0.0, content: $0.1) }
  }

  /// schema.org's description of the paper, and of this page as a work about it.
  var jsonLD: String {
    let authors = (content["authors"]?.elements ?? []).map { author -> [String: Any] in
      var person: [String: Any] = [
        "@type": "Person", "name": author.fields["name"]?.text ?? "",
        "url": author.fields["link"]?.text ?? "",
      ]
      if let affiliation = affiliation(of: author) {
        person["affiliation"] = [
          "@type": "Organization", "name": affiliation.fields["name"]?.text ?? "",
          "url": affiliation.fields["link"]?.text ?? "",
        ]
      }
      return person
    }
    var article: [String: Any] = [
      "@type": "ScholarlyArticle", "@id": "#paper", "headline": content.text("title"),
      "name": content.text("title"), "author": authors, "datePublished": content.text("date"),
      "inLanguage": content.text("language"), "license": content.text("license.link"),
      "keywords": (content["keywords"]?.elements ?? []).compactMap(\.text),
      "isPartOf": [
        "@type": "PublicationEvent", "name": content.text("venue.name"),
        "url": content.text("venue.link"),
      ],
    ]
    let same = ["abstract", "review"].compactMap(link)
    if !same.isEmpty { article["sameAs"] = same }
    var page: [String: Any] = [
      "@type": "WebPage", "name": content.text("title"), "about": ["@id": "#paper"],
      "description": content.text("description"), "inLanguage": content.text("language"),
    ]
    if let url = content["url"]?.text { page["url"] = url }
    let graph: [String: Any] = ["@context": "https://schema.org", "@graph": [article, page]]
    let data = try? JSONSerialization.data(
      withJSONObject: graph, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  private func affiliation(of author: Content.Value) -> Content.Value? {
    let id = author.fields["affiliation"]?.text
    return content["affiliations"]?.elements.first { $0.fields["id"]?.text == id }
  }

  private func link(_ kind: String) -> String? {
    content["links"]?.elements.first { $0.fields["kind"]?.text == kind }?.fields["address"]?.text
  }
}
