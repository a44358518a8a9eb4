import Foundation

/// Reads back what our SVG says, as a reader of the figure would: paths by id, panels' facts.
struct SVGReader {
  let text: String

  init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  /// The `d` attribute of the path with this id.
  func path(_ id: String) -> String? {
    attribute("d", ofElementMatching: "<path id=\"\(id)\"")
  }

  /// The points of a path, by its commands.
  func points(_ id: String) -> [(command: Character, x: Double, y: Double)] {
    guard let words = path(id)?.split(separator: " ") else { return [] }
    var points: [(Character, Double, Double)] = []
    var place = 0
    while place < words.count {
      if words[place] == "Z" {
        place += 1
        continue
      }
      guard place + 2 < words.count, let x = Double(words[place + 1]),
        let y = Double(words[place + 2])
      else { return [] }
      points.append((Character(String(words[place])), x, y))
      place += 3
    }
    return points
  }

  /// The numbers of a panel's fact, `x-limits`.
  func numbers(_ fact: String, panel: String) -> [Double] {
    let value = attribute("data-\(fact)", ofElementMatching: "<g id=\"panel-\(panel)\"") ?? ""
    return value.split(separator: " ").compactMap { Double($0) }
  }

  /// The values of a curve, read back through its panel's frame and limits.
  func values(_ id: String, panel: String, logarithmic: Bool = false) -> [(x: Double, y: Double)] {
    let frame = numbers("frame", panel: panel)
    let (x, y) = (numbers("x-limits", panel: panel), numbers("y-limits", panel: panel))
    guard frame.count == 4, x.count == 2, y.count == 2 else { return [] }
    return points(id).map { point in
      let across = (point.x - frame[0]) / frame[2]
      let up = (frame[1] + frame[3] - point.y) / frame[3]
      let value =
        logarithmic ? y[0] * pow(y[1] / y[0], up) : y[0] + up * (y[1] - y[0])
      return (x[0] + across * (x[1] - x[0]), value)
    }
  }

  private func attribute(_ name: String, ofElementMatching start: String) -> String? {
    guard let element = text.range(of: start),
      let end = text.range(of: ">", range: element.upperBound..<text.endIndex),
      let attribute = text.range(
        of: " \(name)=\"", range: element.lowerBound..<end.lowerBound),
      let quote = text.range(of: "\"", range: attribute.upperBound..<end.upperBound)
    else { return nil }
    return String(text[attribute.upperBound..<quote.lowerBound])
  }
}
