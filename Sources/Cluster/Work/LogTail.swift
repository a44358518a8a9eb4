import Files

/// The end of a log.
enum LogTail {
  /// Bytes at a log's end that are looked at.
  private static let most = 16_384

  /// The last `count` lines; nil where there is no log.
  static func lines(of path: String, count: Int) -> [String]? {
    guard let file = try? MappedFile(path) else { return nil }
    let text = file.withBytes { String(decoding: $0.suffix(most), as: UTF8.self) }
    return text.split(whereSeparator: \.isNewline).suffix(count).map { line in
      // A log may hold anything; a terminal must not be told to do things by it.
      String(
        String.UnicodeScalarView(
          line.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }
  }
}
