package import Figures

extension PageValue {
  /// What the template `figure` shows of a figure, whose files lie in `figures/`.
  ///
  /// - Parameters:
  ///   - title: stands over it; nil: the figure's own.
  ///   - text: prose before it, or ``absent``.
  ///   - arrays: the address of an array file by its name.
  package static func figure(
    _ figure: Figure, title: String? = nil, text: PageValue = .absent,
    arrays: (String) -> String
  ) -> PageValue {
    func address(_ format: FigureFormat) -> PageValue {
      .text("figures/\(figure.fileName(format))")
    }
    let sources = figure.sources.map { source -> PageValue in
      .object(["name": .text(source.name), "address": .text(arrays(source.name))])
    }
    return .object([
      "id": .text(identifier("figure-\(figure.stem)")),
      "shape": .text(figure.size.height > figure.size.width ? "tall" : "broad"),
      "title": .text(title ?? figure.title),
      "caption": .text(figure.caption), "alternative": .text(figure.alternative), "text": text,
      "svg": address(.svg), "png": address(.png), "pdf": address(.pdf),
      // CSS pixels: 96 an inch, where the figure counts 72 points.
      "width": .text(Decimal.string(figure.size.width * 96 / 72, places: 0)),
      "height": .text(Decimal.string(figure.size.height * 96 / 72, places: 0)),
      "arrays": .list(sources),
    ])
  }

  /// A model's name or file stem as an id that links and style sheets can use.
  static func identifier(_ name: String) -> String { String(name.map { $0 == "." ? "_" : $0 }) }
}
