import Files

/// CLIP's tokenizer: byte-pair encoding from a checkpoint's `vocab.json` and `merges.txt`.
///
/// Gives the numbers that the slow `CLIPTokenizer` of transformers 4.48 gives where ftfy is not
/// installed, which is what the original used.
public struct CLIPTokenizer: Sendable {
  /// Numbers a prompt becomes, 77 for CLIP: start, tokens, end, padding.
  public let length: Int

  private let vocabulary: [String: Int]
  private let special: SpecialTokens
  private let splitting: [[Unicode.Scalar]]
  private let mergesPath: String
  private let unknownID: Int

  /// Prompts of more characters are refused: 77 tokens never hold them, and merging takes long.
  private static let longestPrompt = 20_000

  /// The tokenizer in `folder`, a checkpoint's `tokenizer`.
  ///
  /// - Throws: ``ModelError`` naming the file that is missing or wrong.
  public init(folder: String) throws(ModelError) {
    let path = Folder.join(folder, "vocab.json")
    special = try SpecialTokens(folder: folder)
    var words = try ConfigFile.read([String: Int].self, from: path)
    for (word, id) in special.added { words[word] = id }
    let required = [special.start, special.end, special.unknown, special.padding]
    for token in required where words[token] == nil {
      throw ModelError("\(path): expected the special token \"\(token)\", found none")
    }
    if let negative = words.first(where: { $0.value < 0 || $0.value > Int32.max }) {
      throw ModelError("\(path): expected token numbers, found \(negative.value)")
    }
    length = special.longest ?? 77
    guard (2...4096).contains(length) else {
      throw ModelError("\(folder): expected a model_max_length of 2 to 4096, found \(length)")
    }
    vocabulary = words
    unknownID = words[special.unknown] ?? 0
    splitting = special.splitting.map { Array($0.unicodeScalars) }
    mergesPath = Folder.join(folder, "merges.txt")
  }

  /// The number of each token of `prompt`, ``length`` of them: cut or padded.
  ///
  /// - Throws: ``ModelError`` where the merges cannot be read or the prompt is unreasonably long.
  public func encode(_ prompt: String) throws(ModelError) -> [Int] {
    let room = length - 2
    let start = [vocabulary[special.start] ?? unknownID]
    let end = [vocabulary[special.end] ?? unknownID]
    let ids = start + (try tokens(of: prompt)).prefix(room).map(id) + end
    let padding = vocabulary[special.padding] ?? unknownID
    return ids + Array(repeating: padding, count: length - ids.count)
  }

  /// The tokens of `prompt`, spelled as in the vocabulary, without start, end and padding.
  ///
  /// - Throws: ``ModelError`` where the merges cannot be read or the prompt is unreasonably long.
  public func tokens(of prompt: String) throws(ModelError) -> [String] {
    let scalars = Array(prompt.unicodeScalars)
    if scalars.isEmpty { return [] }
    guard scalars.count <= Self.longestPrompt else {
      throw ModelError(
        "the prompt has \(scalars.count) characters; expected at most \(Self.longestPrompt)")
    }
    var pairs = try bytePairs()
    var tokens: [String] = []
    for piece in pieces(of: scalars) {
      if piece.isSpecial {
        tokens.append(Self.string(piece.text))
        continue
      }
      let words = PromptText.words(of: piece.text)
      let text = Array(words.joined(separator: [" "]))
      for part in PromptText.parts(of: text) {
        let spelled = Self.string(part)
        if spelled == "<|startoftext|>" || spelled == "<|endoftext|>" {
          tokens.append(spelled)
        } else {
          tokens += pairs.tokens(of: part)
        }
      }
    }
    return tokens
  }

  private func id(of token: String) -> Int { vocabulary[token] ?? unknownID }

  /// `text` cut before and after every special token, leftmost and longest first.
  private func pieces(
    of text: [Unicode.Scalar]
  ) -> [(text: ArraySlice<Unicode.Scalar>, isSpecial: Bool)] {
    var pieces: [(text: ArraySlice<Unicode.Scalar>, isSpecial: Bool)] = []
    var start = 0
    var index = 0
    while index < text.count {
      guard let found = splitting.first(where: { text[index...].starts(with: $0) }) else {
        index += 1
        continue
      }
      if start < index { pieces.append((text[start..<index], false)) }
      pieces.append((text[index..<index + found.count], true))
      index += found.count
      start = index
    }
    if start < text.count { pieces.append((text[start...], false)) }
    return pieces
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private func bytePairs() throws(ModelError) -> BytePairs {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(mergesPath)
    } catch { throw ModelError(error) }
    return try file.withBytes { (bytes) throws(ModelError) in
      try BytePairs(merges: bytes, path: mergesPath)
    }
  }
}
