import Foundation

/// Puts what an HTML file loads into the file: style sheets, scripts, pictures.
///
/// Links that a reader follows stay links.
enum SelfContained {
  /// `html`, which our templates made, with the contents of `files` instead of their addresses.
  static func html(_ html: String, files: [String: [UInt8]]) -> String {
    var result = ""
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      result += rest[..<start]
      rest = rest[start...]
      guard let end = tagEnd(rest) else { break }
      let tag = rest[..<end]
      rest = rest[end...]
      if tag.hasPrefix("<link "), let path = attribute("href", of: tag), let bytes = files[path] {
        if attribute("rel", of: tag) == "stylesheet" {
          result += "<style>\n\(String(decoding: bytes, as: UTF8.self))</style>"
        } else {
          result += replacing(path, in: tag, by: data(path, bytes))
        }
      } else if tag.hasPrefix("<script "), let path = attribute("src", of: tag),
        let bytes = files[path]
      {
        result += "<script>\n\(String(decoding: bytes, as: UTF8.self))"
      } else if tag.hasPrefix("<img "), let path = attribute("src", of: tag),
        let bytes = files[path]
      {
        result += replacing(path, in: tag, by: data(path, bytes))
      } else {
        result += tag
      }
    }
    return result + rest
  }

  /// The place after the tag that `text` starts with; quotes may hold a `>`.
  private static func tagEnd(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == ">" {
        return text.index(after: index)
      }
    }
    return nil
  }

  private static func attribute(_ name: String, of tag: Substring) -> String? {
    guard let start = tag.firstRange(of: " \(name)=\""),
      let end = tag[start.upperBound...].firstIndex(of: "\"")
    else { return nil }
    return String(tag[start.upperBound..<end])
  }

  private static func replacing(_ path: String, in tag: Substring, by address: String) -> String {
    // Once only: what a reader may follow from here, an alternative text that repeats it, stays.
    guard let place = tag.firstRange(of: "=\"\(path)\"") else { return String(tag) }
    return tag[..<place.lowerBound] + "=\"\(address)\"" + tag[place.upperBound...]
  }

  private static func data(_ path: String, _ bytes: [UInt8]) -> String {
    let type =
      switch path.split(separator: ".").last {
      case "svg": "image/svg+xml"
      case "png": "image/png"
      case "jpg", "jpeg": "image/jpeg"
      default: "application/octet-stream"
      }
    return "data:\(type);base64,\(Data(bytes).base64EncodedString())"
  }
}
