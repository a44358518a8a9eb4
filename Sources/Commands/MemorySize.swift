import ArgumentParser

/// An amount of memory as a user writes it: `8G`, `500M`, `1.5G`, or plain bytes.
struct MemorySize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [(Character, Int)] = [
      ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]
    var text = Substring(argument.uppercased())
    if text.hasSuffix("B") { text.removeLast() }
    if text.hasSuffix("I") { text.removeLast() }
    var unit = 1
    if let last = text.last, let found = units.first(where: { $0.0 == last }) {
      unit = found.1
      text.removeLast()
    }
    guard let number = Double(text), number > 0, number * Double(unit) < 1e15 else { return nil }
    bytes = Int(number * Double(unit))
  }

  var description: String {
    bytes % (1 << 30) == 0
      ? "\(bytes >> 30)G" : bytes % (1 << 20) == 0 ? "\(bytes >> 20)M" : "\(bytes)"
  }
  var defaultValueDescription: String { description }
}
