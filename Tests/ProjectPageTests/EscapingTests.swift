import ProjectPage
import Testing

/// Escaping by unicode scalar, one kind of place at a time.
struct EscapingTests {
  /// One Character each, and none of them the Character that it starts with.
  static let attacks = ["<\u{301}", ">\u{301}", "&\u{20DD}", "\"\u{301}", "'\u{FE0F}"]

  @Test(arguments: attacks) func marksDoNotHideAMetacharacter(_ attack: String) {
    let first = attack.unicodeScalars.first ?? " "
    for escaped in [
      Escaping.attribute(attack), Escaping.url(attack) ?? "", Escaping.attribute("x\(attack)"),
    ] {
      #expect(!escaped.unicodeScalars.contains(first) || first == "&", "\(escaped)")
    }
    if first != "\"" && first != "'" {
      #expect(!Escaping.text(attack).unicodeScalars.dropFirst().contains(first))
      #expect(!Escaping.json("\"\(attack)\"").unicodeScalars.contains(first))
    }
  }

  @Test func textKeepsEverythingElse() {
    #expect(
      Escaping.text("a < b & \"c\" 'd' > é\u{301}") == "a &lt; b &amp; \"c\" 'd' &gt; é\u{301}")
    #expect(Escaping.text("\u{0}\u{1B}") == "\u{FFFD}\u{FFFD}")
  }

  @Test func attributesEscapeQuotesAndBreaks() {
    #expect(Escaping.attribute("\"'\n\t<") == "&quot;&#39;&#10;&#9;&lt;")
  }

  @Test(arguments: [
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x",
    "java\nscript:alert(1)", " javascript:x", "file:///etc/passwd",
  ]) func addressesThatRunAreRefused(_ address: String) {
    #expect(Escaping.url(address) == nil)
  }

  @Test(arguments: [
    ("https://a.b/c?d=e&f#g", "https://a.b/c?d=e&amp;f#g"), ("a b.png", "a%20b.png"),
    ("é\u{301}", "%C3%A9%CC%81"), ("x%20y", "x%20y"), ("a\"b", "a%22b"), ("#cite", "#cite"),
    ("figures/a:b.svg", "figures/a:b.svg"), ("mailto:a@b.c", "mailto:a@b.c"),
  ]) func addressesAreEncoded(_ address: String, _ expected: String) {
    #expect(Escaping.url(address) == expected)
  }

  @Test func jsonCannotEndItsScript() {
    #expect(Escaping.json("\"</script><!--\"") == "\"\\u003c/script\\u003e\\u003c!--\"")
    #expect(Escaping.json("\"\u{2028}\"") == "\"\\u2028\"")
  }
}
