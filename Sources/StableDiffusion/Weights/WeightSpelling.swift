/// The names that releases of diffusers and transformers gave the same tensors.
enum WeightSpelling {
  case unet
  case autoencoder
  case textEncoder

  /// The names to look for, today's first.
  func candidates(for key: String) -> [String] {
    switch self {
    case .unet: [key]
    case .autoencoder: [key] + Self.oldAttention(key)
    case .textEncoder:
      // Newer transformers save the text model without its prefix.
      key.hasPrefix(Self.textPrefix) ? [key, String(key.dropFirst(Self.textPrefix.count))] : [key]
    }
  }

  /// Tensors that files hold and no network needs.
  func isIgnored(_ name: String) -> Bool {
    switch self {
    case .unet: false
    // The decoder, and buffers.
    case .autoencoder: !name.hasPrefix("encoder.") && !name.hasPrefix("quant_conv.")
    case .textEncoder:
      name.hasSuffix("embeddings.position_ids") || name.hasPrefix("text_projection")
    }
  }

  /// The shape of a tensor as the networks expect it: very old autoencoders hold the attention's
  /// linear maps as 1x1 convolutions.
  func shape(_ shape: [Int], of key: String) -> [Int] {
    let isLinear = self == .autoencoder && key.contains(".attentions.")
    guard isLinear, shape.count == 4, shape.suffix(2) == [1, 1] else { return shape }
    return Array(shape.prefix(2))
  }

  private static let textPrefix = "text_model."

  /// diffusers before 0.12 called the autoencoder's attention maps query, key, value and proj_attn.
  private static func oldAttention(_ key: String) -> [String] {
    for (new, old) in [
      (".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."),
      (".to_out.0.", ".proj_attn."),
    ] {
      let parts = split(key, at: new)
      if let parts { return [parts.before + old + parts.after] }
    }
    return []
  }

  private static func split(_ text: String, at part: String) -> (before: String, after: String)? {
    let letters = Array(text.utf8)
    let wanted = Array(part.utf8)
    guard letters.count >= wanted.count else { return nil }
    for start in 0...(letters.count - wanted.count)
    where letters[start..<start + wanted.count].elementsEqual(wanted) {
      return (
        String(decoding: letters[..<start], as: UTF8.self),
        String(decoding: letters[(start + wanted.count)...], as: UTF8.self)
      )
    }
    return nil
  }
}
