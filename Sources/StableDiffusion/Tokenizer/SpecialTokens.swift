import Files

/// The tokens of a tokenizer that are more than words: start, end, unknown, padding, and added ones.
struct SpecialTokens {
  var start = "<|startoftext|>"
  var end = "<|endoftext|>"
  var unknown = "<|endoftext|>"
  var padding = "<|endoftext|>"
  var additional: [String] = []
  /// Ids of added tokens that the vocabulary need not have.
  var added: [String: Int] = [:]
  /// `model_max_length`, where the tokenizer states a usable one.
  var longest: Int?

  /// Reads `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` of `folder`,
  /// each where it is there, with the precedence of transformers: the map overrides the config,
  /// unless the config lists its added tokens (`added_tokens_decoder`).
  ///
  /// - Throws: ``ModelError`` naming the file that is wrong.
  init(folder: String) throws(ModelError) {
    let config = try Self.optional(ConfigEntries.self, folder, "tokenizer_config.json")
    if let config { apply(config.tokens) }
    if let length = config?.longest, (0..<1e6).contains(length) { longest = Int(length) }
    if let decoder = config?.decoder {
      for (id, token) in decoder {
        guard let number = Int(id), number >= 0 else {
          throw ModelError(
            "\(Folder.join(folder, "tokenizer_config.json")): expected token numbers as keys of "
              + "\"added_tokens_decoder\", found \"\(id)\"")
        }
        added[token.text] = number
      }
    } else {
      if let map = try Self.optional(Entries.self, folder, "special_tokens_map.json") { apply(map) }
      added = try Self.optional([String: Int].self, folder, "added_tokens.json") ?? [:]
    }
  }

  /// Every token that splits the text wherever it stands, longest first.
  var splitting: [String] {
    Set([start, end, unknown, padding] + additional + added.keys).filter { !$0.isEmpty }
      .sorted {
        $0.utf8.count != $1.utf8.count
          ? $0.utf8.count > $1.utf8.count : $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
  }

  private mutating func apply(_ entries: Entries) {
    start = entries.bosToken?.text ?? start
    end = entries.eosToken?.text ?? end
    unknown = entries.unkToken?.text ?? unknown
    padding = entries.padToken?.text ?? padding
    additional = entries.additionalSpecialTokens?.map(\.text) ?? additional
  }

  private static func optional<Value: Decodable>(
    _ type: Value.Type, _ folder: String, _ name: String
  ) throws(ModelError) -> Value? {
    let path = Folder.join(folder, name)
    return Folder.isFile(path) ? try ConfigFile.read(type, from: path) : nil
  }

  /// A token as a plain string or as an object with its `content`.
  private struct Token: Decodable {
    let text: String
    private enum Keys: String, CodingKey { case content }

    init(from decoder: any Decoder) throws {
      if let plain = try? decoder.singleValueContainer().decode(String.self) {
        text = plain
      } else {
        text = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .content)
      }
    }
  }

  private struct Entries: Decodable {
    let bosToken: Token?
    let eosToken: Token?
    let unkToken: Token?
    let padToken: Token?
    let additionalSpecialTokens: [Token]?

    private enum CodingKeys: String, CodingKey {
      case bosToken = "bos_token"
      case eosToken = "eos_token"
      case unkToken = "unk_token"
      case padToken = "pad_token"
      case additionalSpecialTokens = "additional_special_tokens"
    }
  }

  private struct ConfigEntries: Decodable {
    let tokens: Entries
    let longest: Double?
    let decoder: [String: Token]?

    private enum Keys: String, CodingKey {
      case longest = "model_max_length"
      case decoder = "added_tokens_decoder"
    }

    init(from decoder: any Decoder) throws {
      tokens = try Entries(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      longest = try container.decodeIfPresent(Double.self, forKey: .longest)
      self.decoder = try container.decodeIfPresent([String: Token].self, forKey: .decoder)
    }
  }
}
