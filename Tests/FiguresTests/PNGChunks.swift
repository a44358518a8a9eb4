import Testing

/// The chunks of a PNG: their names, size of the picture, and tEXt contents.
struct PNGChunks {
  private(set) var names: [String] = []
  private(set) var texts: [String: String] = [:]
  private(set) var width = 0
  private(set) var height = 0

  init(_ bytes: [UInt8]) throws {
    try #require(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    var place = 8
    while place + 12 <= bytes.count {
      let count = number(at: place)
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      let body = bytes[place + 8..<place + 8 + count]
      names.append(name)
      if name == "IHDR" { (width, height) = (number(at: place + 8), number(at: place + 12)) }
      if name == "tEXt", let zero = body.firstIndex(of: 0) {
        texts[String(decoding: body[..<zero], as: UTF8.self)] =
          String(decoding: body[(zero + 1)...], as: UTF8.self)
      }
      place += 12 + count
    }
    try #require(names.first == "IHDR" && names.last == "IEND")
  }
}
