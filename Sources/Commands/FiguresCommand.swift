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

      Example: unetlens figures quantitative --data data --models sd15 --format svg pdf
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
    let selection = FigureSelection(names: names, models: models)
    let (figures, warnings) = try selection.figures(in: DataFolder(data))
    for warning in warnings { shared.progress.warn(warning) }
    let options = RenderOptions(
      width: width, dpi: dpi, software: "unetlens \(Version.current)")
    let formats = FigureFormat.allCases.filter(format.contains)
    for path in try FigureFiles.write(figures, formats: formats, options: options, to: output) {
      print(path)
    }
  }
}

extension FigureFormat: ExpressibleByArgument {}
