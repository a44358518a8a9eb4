/// Models' short names as files and options have them, and as figures show them.
public enum ModelName {
  /// What stands for a model in the name of the thesis's set of mean norm maps.
  static let thesisSet = "thesis"

  private static let shown: [(name: String, display: String)] = [
    ("sd15", "SD-1.5"), ("sd21", "SD-2.1"), ("sdturbo", "SD-Turbo"), ("sdxl", "SDXL"),
    ("sdxlturbo", "SDXL-Turbo"),
  ]

  /// Whether `name` can be part of a file's name: letters, digits, dot, underscore and hyphen, and
  /// no dot first.
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// `name` without what does not matter in comparisons: case, `-`, `_`, `.` and blanks.
  public static func key(_ name: String) -> String {
    name.lowercased().filter { !"-_. ".contains($0) }
  }

  /// Whether two spellings name the same model: `SD 1.5` and `sd15`.
  public static func match(_ first: String, _ second: String) -> Bool {
    key(first) == key(second)
  }

  /// The model's name in figures: SD-1.5 for `sd15`; a model of unknown name keeps it.
  public static func display(_ name: String) -> String {
    shown.first { match($0.name, name) }?.display ?? name
  }
}
