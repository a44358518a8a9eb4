public import ArgumentParser
import Figures
import Files

/// `unetlens figures`: draws figures from a folder of cached arrays.
public struct FiguresCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "Draw figures from cached arrays as PNG, PDF and SVG.",
    discussion: """
      Without names every figure that the data allow is drawn. Files are called
      <figure>-<model>.<ext>, or <figure>.<ext> where one figure covers several models; their paths
      are printed, one a line.

      Examples: unetlens figures quantitative --data data --models sd15 --format svg pdf
      unetlens figures similarity-grids --blocks dn2 mid up0 --images 0 2
      unetlens figures similarity-grids --representations r.safetensors --pictures photos \
      --reference 0 5 5 32
      """)

  @Argument(help: "Figures to draw; see --list.")
  var names: [String] = []

  @Flag(name: .long, help: "Print the names of all figures and what they show.")
  var list = false

  @Option(name: .long, help: "The folder of cached arrays.")
  var data = "data"

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Models to draw, by short name (default: all in the data folder).")
  var models: [String] = []

  @Option(name: .long, parsing: .upToNextOption, help: "File formats: png, pdf, svg.")
  var format: [FigureFormat] = FigureFormat.allCases

  @Option(name: .long, help: "The folder to write to.")
  var output = "figures"

  @Option(name: .long, help: "Pixels an inch, for PNG.")
  var dpi = 300

  @Option(
    name: .long, help: "The printed width in inches; text and lines scale with it (default: 8).")
  var width: Double?

  @OptionGroup var view: FigureViewOptions
  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Refuses sizes that no figure can have.
  public func validate() throws {
    guard (10...2400).contains(dpi) else { throw ValidationError("--dpi takes 10 to 2400") }
    if let width, !(width > 0.1 && width <= 100) {
      throw ValidationError("--width takes 0.1 to 100 inches")
    }
  }

  /// Draws and prints the paths written.
  public func run() throws {
    if list {
      let widest = FigureKind.all.map(\.name.count).max() ?? 0
      for kind in FigureKind.all {
        let padding = String(repeating: " ", count: widest - kind.name.count)
        print("\(kind.name)\(padding)  \(kind.summary)")
      }
      return
    }
    let figures = try view.representations.map(computed) ?? stored()
    let options = RenderOptions(
      width: width, dpi: dpi, software: "unetlens \(Version.current)")
    let formats = FigureFormat.allCases.filter(format.contains)
    for path in try FigureFiles.write(figures, formats: formats, options: options, to: output) {
      print(path)
    }
  }

  /// Figures of the arrays in the data folder.
  private func stored() throws -> [Figure] {
    let selection = FigureSelection(names: names, models: models, view: view.view)
    return try figures(selection, in: DataFolder(data))
  }

  /// Figures of arrays that are computed from representations; those of the data folder only where
  /// named.
  private func computed(_ representations: String) throws -> [Figure] {
    guard models.count < 2 else {
      throw ValidationError("--representations is of one model; \(models.count) were given")
    }
    let arrays = try RepresentationArrays(
      representations, options: view, model: models.first, data: data)
    for warning in arrays.warnings { shared.progress.warn(warning) }
    var view = view.view
    // The arrays hold the wanted images only, compared with the wanted token.
    (view.images, view.reference) = ([], nil)
    let selection = FigureSelection(
      names: names.isEmpty ? arrays.figures : names, models: [arrays.model], view: view)
    let folder = try DataFolder(
      data, with: arrays.arrays, of: arrays.model, from: arrays.source)
    return try figures(selection, in: folder).map { figure in
      var figure = figure
      figure.view = self.view.view
      figure.view.representations = arrays.source.name
      return figure
    }
  }

  private func figures(_ selection: FigureSelection, in folder: DataFolder) throws -> [Figure] {
    let (figures, warnings) = try selection.figures(in: folder)
    for warning in warnings { shared.progress.warn(warning) }
    return figures
  }
}

extension FigureFormat: ExpressibleByArgument {}
