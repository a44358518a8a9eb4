import Foundation

/// The cleaning and splitting of a prompt before byte-pair encoding, as the slow `CLIPTokenizer` of
/// transformers does them where ftfy is not installed (`BasicTokenizer` without accent stripping).
///
/// Characters are those of Unicode 14, as in Python 3.11 of the reference: newer ones count as
/// unassigned and vanish.
enum PromptText {
  /// The words of `text`, lower-cased, in Unicode's composed form (NFC).
  static func words(of text: some Sequence<Unicode.Scalar>) -> [[Unicode.Scalar]] {
    var cleaned = String.UnicodeScalarView()
    for scalar in text where !isRemoved(scalar) {
      if isSpace(scalar) {
        cleaned.append(" ")
      } else if isIdeograph(scalar) {
        cleaned.append(" ")
        cleaned.append(scalar)
        cleaned.append(" ")
      } else {
        cleaned.append(scalar)
      }
    }
    let composed = String(cleaned).precomposedStringWithCanonicalMapping.unicodeScalars
    return composed.split(whereSeparator: isSeparator).map { lowercased(Array($0)) }
  }

  /// Parts of a cleaned text that are encoded each on its own: the two special tokens, English
  /// contractions, runs of letters, single digits, and runs of anything else but spaces.
  static func parts(of text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    var parts: [ArraySlice<Unicode.Scalar>] = []
    var start = 0
    while start < text.count {
      let end = endOfPart(text, from: start)
      if end > start { parts.append(text[start..<end]) }
      start = max(end, start + 1)
    }
    return parts
  }

  private static let whole = [
    "<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m",
    "'ll", "'d",
  ].map { Array($0.unicodeScalars) }

  /// Where the part that starts at `start` ends; `start` itself for a space.
  private static func endOfPart(_ text: [Unicode.Scalar], from start: Int) -> Int {
    for word in whole where start + word.count <= text.count {
      // The original's expression ignores case, and long s is a case of s.
      if zip(text[start...], word).allSatisfy({ $0 == $1 || ($0 == "\u{17F}" && $1 == "s") }) {
        return start + word.count
      }
    }
    let first = Kind(text[start])
    switch first {
    case .space: return start
    case .number: return start + 1
    case .letter, .other:
      return text[start...].firstIndex { Kind($0) != first } ?? text.count
    }
  }

  private enum Kind {
    case letter
    case number
    case space
    case other

    init(_ scalar: Unicode.Scalar) {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        self = .letter
      case .decimalNumber, .letterNumber, .otherNumber:
        self = .number
      default:
        self = isSeparator(scalar) ? .space : .other
      }
    }
  }

  /// Spaces that are left after the cleaning.
  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\t" || scalar == "\n" || scalar == "\r"
      || scalar.properties.generalCategory == .spaceSeparator
  }

  private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
    if scalar == "\u{FFFD}" { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: return true
    default: return (scalar.properties.age?.major ?? 0) > 14
    }
  }

  /// The blocks of Chinese characters that `BasicTokenizer` sets apart.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B820...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Python's `str.lower` of one word: Unicode's mapping with the final sigma's rule.
  private static func lowercased(_ word: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var lower: [Unicode.Scalar] = []
    for (index, scalar) in word.enumerated() {
      if scalar == "\u{3A3}" {
        let before = word[..<index].last { !$0.properties.isCaseIgnorable }
        let after = word[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
        lower.append(isFinal ? "\u{3C2}" : "\u{3C3}")
      } else {
        lower.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return lower
  }
}
