import Files
import Foundation
import StableDiffusion
import TestSupport
import Testing

/// CLIP's tokenizer against transformers' slow one (Tests/Fixtures/tokenizer/make_prompts.py).
struct TokenizerTests {
  private struct Row: Decodable {
    let prompt: String
    let ids: [[Int]]

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      prompt = try container.decode(String.self)
      ids = [try container.decode([Int].self), try container.decode([Int].self)]
    }
  }

  private static let prompts = Folder.join(
    SharedMaterial.repository, "Tests/Fixtures/tokenizer/prompts.json")

  @Test(
    .enabled(if: SharedMaterial.hasReference, "needs shared/reference beside the checkout"),
    arguments: [(0, "tiny-sd15", 49407), (1, "tiny-sd21", 0)])
  func `prompts of all scripts become transformers' numbers`(
    _ column: Int, _ model: String, _ padding: Int
  ) throws {
    let folder = "\(SharedMaterial.reference)/checkpoints/\(model)/tokenizer"
    let tokenizer = try CLIPTokenizer(folder: folder)
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.prompts))
    let rows = try JSONDecoder().decode([Row].self, from: data)
    #expect(rows.count > 380)
    for row in rows {
      let expected = row.ids[column]
      let ids = try tokenizer.encode(row.prompt)
      #expect(ids.count == 77)
      #expect(
        Array(ids.prefix(expected.count)) == expected, "\(row.prompt.debugDescription)")
      #expect(ids.dropFirst(expected.count).allSatisfy { $0 == padding })
    }
  }

  /// A vocabulary of the letters a to c, two merges, and the special tokens.
  private func small(
    map: String? = nil, config: String? = nil, merges: String = "#version\na b\nab c</w>\n"
  ) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    let words = [
      "a", "b", "c", "a</w>", "b</w>", "c</w>", "ab", "abc</w>", "!", "<|startoftext|>",
      "<|endoftext|>",
    ]
    let vocabulary = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
    try JSONEncoder().encode(vocabulary).write(
      to: URL(fileURLWithPath: folder.file("vocab.json")))
    for (name, text) in [
      ("merges.txt", merges), ("special_tokens_map.json", map), ("tokenizer_config.json", config),
    ] {
      if let text { try AtomicFile.write(text.utf8, to: folder.file(name)) }
    }
    return folder
  }

  @Test func `merges join in order of rank, unknown letters are the unknown token`() throws {
    let folder = try small()
    let tokenizer = try CLIPTokenizer(folder: folder.path)
    #expect(try tokenizer.tokens(of: "abc ab cab") == ["abc</w>", "a", "b</w>", "c", "a", "b</w>"])
    #expect(try Array(tokenizer.encode("abc x").prefix(4)) == [9, 7, 10, 10])
  }

  @Test func `the pad token of the map beats the config's`() throws {
    let config = #"{"model_max_length": 8, "pad_token": "<|endoftext|>"}"#
    let folder = try small(map: ##"{"pad_token": {"content": "!"}}"##, config: config)
    let tokenizer = try CLIPTokenizer(folder: folder.path)
    #expect(try tokenizer.encode("a!") == [9, 3, 8, 10, 8, 8, 8, 8])
  }

  @Test func `a config with its added tokens beats the map`() throws {
    let config = ##"""
      {"model_max_length": 6, "pad_token": "!",
       "added_tokens_decoder": {"8": {"content": "!"}, "20": {"content": "<new>"}}}
      """##
    let folder = try small(map: #"{"pad_token": "<|endoftext|>"}"#, config: config)
    let tokenizer = try CLIPTokenizer(folder: folder.path)
    #expect(try tokenizer.encode("a<new>") == [9, 3, 20, 10, 8, 8])
  }

  @Test func `a long prompt is cut and still ends`() throws {
    let folder = try small(config: #"{"model_max_length": 5}"#)
    let tokenizer = try CLIPTokenizer(folder: folder.path)
    #expect(try tokenizer.encode("a b c a b") == [9, 3, 4, 5, 10])
  }

  @Test(arguments: [
    ("merges.txt", "#version\na b c\n", "line 2"), ("vocab.json", "[1]", "vocab.json"),
    ("vocab.json", "{\"a\": 0}", "<|startoftext|>"), ("vocab.json", "{", "expected JSON"),
    ("tokenizer_config.json", "{\"pad_token\": 3}", "tokenizer_config.json"),
  ])
  func `wrong files are named`(_ name: String, _ text: String, _ part: String) throws {
    let folder = try small()
    try AtomicFile.write(text.utf8, to: folder.file(name))
    let error = #expect(throws: ModelError.self) {
      try CLIPTokenizer(folder: folder.path).encode("abc")
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains(folder.path) == true)
  }
}
