import CCairo
import CFigures

/// Where a figure comes from, as its file's metadata tell it.
struct Provenance {
  /// One line of JSON, ASCII: software, figure, models, command, arrays with SHA-256, and for PNG and
  /// PDF the versions of the libraries that decide the bytes.
  let json: String
  /// A few words for a PDF's subject.
  let subject: String

  init(figure: Figure, format: FigureFormat, options: RenderOptions) {
    let models = figure.models.joined(separator: " ")
    subject = "\(figure.kind) \(models)"
    var fields = [
      ("software", JSONText.string(options.software)),
      ("figure", JSONText.string(figure.kind)),
      ("models", JSONText.list(figure.models.map(JSONText.string))),
      ("command", JSONText.string(Self.command(figure, format, options))),
      (
        "arrays",
        JSONText.list(
          figure.sources.map {
            JSONText.object([
              ("name", JSONText.string($0.name)), ("sha256", JSONText.string($0.sha256)),
            ])
          })
      ),
    ]
    let versions = Self.versions(format)
    if !versions.isEmpty {
      fields.append(("versions", JSONText.object(versions.map { ($0, JSONText.string($1)) })))
    }
    json = JSONText.object(fields)
  }

  /// The command that draws the figure again, from the options that change its contents.
  private static func command(
    _ figure: Figure, _ format: FigureFormat, _ options: RenderOptions
  ) -> String {
    var words = ["unetlens", "figures", figure.kind]
    if !figure.models.isEmpty { words += ["--models"] + figure.models }
    words += figure.view.command
    words += ["--format", format.rawValue]
    if format == .png { words += ["--dpi", "\(options.dpi)"] }
    if let width = options.width { words += ["--width", Fixed.short(width, places: 3)] }
    return words.joined(separator: " ")
  }

  private static func versions(_ format: FigureFormat) -> [(String, String)] {
    let cairo = ("cairo", String(cString: cairo_version_string()))
    let freeType = ("freetype", FontFace.freeTypeVersion())
    let zlib = ("zlib", String(cString: figures_zlib_version()))
    return switch format {
    case .svg: []
    case .pdf: [cairo, freeType, zlib]
    case .png: [cairo, freeType, ("libpng", String(cString: figures_libpng_version())), zlib]
    }
  }
}

/// Enough JSON to write provenance: strings, lists and objects, in ASCII.
enum JSONText {
  /// `text` quoted, everything but printable ASCII as `\u` escapes, so that metadata in any encoding
  /// can hold it.
  static func string(_ text: String) -> String {
    var quoted = "\""
    for unit in text.utf16 {
      switch unit {
      case 0x22: quoted += "\\\""
      case 0x5C: quoted += "\\\\"
      case 0x20...0x7E: quoted.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return quoted + "\""
  }

  /// Values in brackets.
  static func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  /// Fields in braces, in the order given.
  static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(string($0)):\($1)" }.joined(separator: ",") + "}"
  }
}
