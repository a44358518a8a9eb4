/// Byte-pair encoding as GPT-2 and CLIP do it: bytes spelled as printable characters, the last one
/// of a word marked `</w>`, then merges by rank.
struct BytePairs {
  /// CLIP's own count: 49152 words less the 256 bytes and two special tokens.
  private static let mergesKept = 49152 - 256 - 2

  private struct Pair: Hashable {
    let first: Int32
    let second: Int32
  }

  private var names: [String] = []
  private var numbers: [String: Int32] = [:]
  private var merges: [Pair: (rank: Int, merged: Int32)] = [:]

  /// The merges of a `merges.txt`: one a line after a first line that is skipped.
  ///
  /// - Throws: ``ModelError`` naming `path` and the line that is no pair of tokens.
  init(merges text: some Collection<UInt8>, path: String) throws(ModelError) {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated().dropFirst().prefix(Self.mergesKept) {
      let pair = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
      if pair.isEmpty, index == lines.count - 1 { break }
      guard pair.count == 2 else {
        throw ModelError(
          "\(path): expected two tokens in line \(index + 1), found \(pair.count)")
      }
      let first = number(of: String(decoding: pair[0], as: UTF8.self))
      let second = number(of: String(decoding: pair[1], as: UTF8.self))
      let merged = number(of: names[Int(first)] + names[Int(second)])
      merges[Pair(first: first, second: second)] = (index - 1, merged)
    }
  }

  private mutating func number(of name: String) -> Int32 {
    if let known = numbers[name] { return known }
    let new = Int32(names.count)
    names.append(name)
    numbers[name] = new
    return new
  }

  /// The tokens of one word, spelled as in the vocabulary.
  mutating func tokens(of word: some Sequence<Unicode.Scalar>) -> [String] {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: word)
    var letters = String(text).utf8.map { Self.spelling[Int($0)] }
    guard let last = letters.popLast() else { return [] }
    letters.append(last + "</w>")
    var symbols = letters.map { number(of: $0) }
    while let best = bestMerge(in: symbols) { symbols = apply(best, to: symbols) }
    return symbols.map { names[Int($0)] }
  }

  /// The pair of lowest rank in `symbols`.
  private func bestMerge(in symbols: [Int32]) -> Pair? {
    var best: (pair: Pair, rank: Int)?
    for (first, second) in zip(symbols, symbols.dropFirst()) {
      let pair = Pair(first: first, second: second)
      if let rank = merges[pair]?.rank, rank < best?.rank ?? .max { best = (pair, rank) }
    }
    return best?.pair
  }

  /// Merges every `pair` in `symbols`, from left to right.
  private func apply(_ pair: Pair, to symbols: [Int32]) -> [Int32] {
    guard let merged = merges[pair]?.merged else { return symbols }
    var result: [Int32] = []
    var index = 0
    while index < symbols.count {
      if index + 1 < symbols.count, symbols[index] == pair.first, symbols[index + 1] == pair.second
      {
        result.append(merged)
        index += 2
      } else {
        result.append(symbols[index])
        index += 1
      }
    }
    return result
  }

  /// The printable character that stands for each byte: itself where it is printable Latin-1, else
  /// the next one from U+0100 on.
  private static let spelling: [String] = {
    var next: UInt32 = 256
    return (UInt32(0)...255).map { byte in
      switch byte {
      case 33...126, 161...172, 174...255: return String(Unicode.Scalar(UInt8(byte)))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next).map { String($0) } ?? ""
      }
    }
  }()
}
