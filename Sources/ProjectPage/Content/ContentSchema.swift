/// What the content file may hold, and what its texts are; docs/PAGE.md tells authors.
///
/// The file is checked against this value and becomes the page model under the same names.
indirect enum ContentSchema: Sendable {
  /// Plain text.
  case text
  /// An address: relative to the page, or http, https, mailto.
  case address
  /// Prose for the inside of a paragraph.
  case inline
  /// Prose of paragraphs and lists.
  case blocks
  /// Prose that is filled in once for each model that has what it names.
  case perModel
  case list(ContentSchema)
  case object([Field])
  /// An object with names of the author's choice.
  case map(ContentSchema)

  /// A named part of an object.
  struct Field: Sendable {
    let name: String
    let schema: ContentSchema
    let isRequired: Bool
  }

  private static func need(_ name: String, _ schema: ContentSchema) -> Field {
    Field(name: name, schema: schema, isRequired: true)
  }

  private static func may(_ name: String, _ schema: ContentSchema) -> Field {
    Field(name: name, schema: schema, isRequired: false)
  }

  /// Texts of which those are shown whose conditions hold.
  private static func cases(_ text: ContentSchema) -> Field {
    may("cases", .list(.object([may("when", .list(.text)), need("text", text)])))
  }

  /// The whole file.
  static let page = ContentSchema.object([
    need("language", .text),
    may("url", .address),
    need("title", .text),
    need("description", .text),
    need("keywords", .list(.text)),
    need("date", .text),
    need(
      "authors",
      .list(
        .object([need("name", .text), need("link", .address), need("affiliation", .text)]))),
    need(
      "affiliations",
      .list(.object([need("id", .text), need("name", .text), need("link", .address)]))),
    need(
      "venue",
      .object([
        need("name", .text), need("short", .text), need("link", .address), may("note", .text),
      ])),
    need("identifiers", .map(.text)),
    need("license", .object([need("name", .text), need("link", .address)])),
    need(
      "links",
      .list(
        .object([
          need("label", .text), need("address", .address), may("kind", .text), may("icon", .text),
        ]))),
    need("independence", .inline),
    need("about", .blocks),
    need("teaser", .object([need("figures", .list(.text)), need("caption", .inline)])),
    need(
      "phenomena",
      .object([
        need("title", .text), need("intro", .blocks), need("after", .blocks),
        need(
          "items",
          .list(
            .object([
              need("id", .text), need("title", .text), need("text", .blocks),
              may("numbers", .perModel), cases(.perModel),
            ]))),
      ])),
    may(
      "explorer",
      .object([
        need("title", .text), need("intro", .blocks), need("without", .inline),
        may("samples", .list(.object([need("file", .text), need("name", .text)]))),
      ])),
    need(
      "results",
      .object([
        need("title", .text), need("intro", .blocks), may("numbers", .perModel),
        cases(.perModel),
        may(
          "figures",
          .list(
            .object([
              need("figure", .text), may("title", .text), may("text", .blocks),
              may("without", .list(.text)),
            ]))),
        may(
          "comparisons",
          .list(
            .object([
              need("needs", .list(.text)), need("title", .text), may("text", .perModel),
              cases(.perModel),
            ]))),
      ])),
    need("method", .object([need("title", .text), need("text", .blocks)])),
    need(
      "provenance",
      .object([
        need("title", .text), need("text", .blocks), need("own", .inline),
        need("unknown", .inline),
      ])),
    need(
      "citation",
      .object([need("title", .text), need("text", .blocks), need("bibtex", .text)])),
    need("footer", .blocks),
    may(
      "models", .map(.object([may("name", .text), may("link", .address), may("arrays", .inline)]))),
    may(
      "credits", .list(.object([need("credit", .inline), need("sha256", .list(.text))]))),
    may("extra", .map(.blocks)),
  ])
}
