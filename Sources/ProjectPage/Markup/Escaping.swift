/// Makes a text harmless for the place in an HTML file where it will stand.
///
/// All of it works by unicode scalar. In Swift `"<\u{301}"` is one Character that is not `<`, so
/// that escaping by Character lets it pass, and a browser still sees the tag open.
public enum Escaping {
  /// `text` for element content.
  public static func text(_ text: String) -> String {
    replacing(text) { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: nil
      }
    }
  }

  /// `text` for an attribute value in single or double quotes.
  public static func attribute(_ text: String) -> String {
    replacing(text) { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      case "\n": "&#10;"
      case "\t": "&#9;"
      default: nil
      }
    }
  }

  /// `address` for an attribute that holds an address, or nil where a browser might run it.
  ///
  /// Relative addresses, `http`, `https` and `mailto` pass; what an address may not hold is
  /// percent-encoded, and an existing `%` stays.
  public static func url(_ address: String) -> String? {
    guard isHarmless(address) else { return nil }
    var encoded = ""
    for scalar in address.unicodeScalars {
      if urlScalars.contains(scalar) {
        encoded.unicodeScalars.append(scalar)
      } else {
        for byte in String(scalar).utf8 {
          encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }
    }
    return attribute(encoded)
  }

  /// JSON `text` for the inside of a script element: the same JSON, without `<`, `>` and `&`.
  ///
  /// These occur in JSON inside strings only, where an escape means the same.
  public static func json(_ text: String) -> String {
    replacing(text) { scalar in
      switch scalar {
      case "<": "\\u003c"
      case ">": "\\u003e"
      case "&": "\\u0026"
      case "\u{2028}": "\\u2028"
      case "\u{2029}": "\\u2029"
      default: nil
      }
    }
  }

  /// Whether `address` is relative or of a scheme that only leads somewhere.
  private static func isHarmless(_ address: String) -> Bool {
    for (index, scalar) in address.unicodeScalars.enumerated() {
      switch scalar {
      case "/", "?", "#": return true
      case ":":
        let scheme = String(address.unicodeScalars.prefix(index)).lowercased()
        return ["http", "https", "mailto"].contains(scheme)
      default: continue
      }
    }
    return true
  }

  private static let urlScalars: Set<Unicode.Scalar> = {
    let letters = "abcdefghijklmnopqrstuvwxyz"
    return Set((letters + letters.uppercased() + "0123456789-._~:/?#[]@!$&()*+,;=%").unicodeScalars)
  }()

  /// Replaces scalars, and control characters that no HTML may hold by U+FFFD.
  private static func replacing(
    _ text: String, _ replacement: (Unicode.Scalar) -> String?
  ) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let escaped = replacement(scalar) {
        result.append(contentsOf: escaped.unicodeScalars)
      } else if scalar.value < 32 && scalar != "\n" && scalar != "\t" && scalar != "\r" {
        result.append("\u{FFFD}")
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}
