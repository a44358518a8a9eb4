import Cluster
import Testing

@Suite("Options for sbatch")
struct ShellWordsTests {
  @Test(
    "Words are split as by a shell",
    arguments: [
      ("", []), ("  \t\n", []), ("--time=1:00  -p long", ["--time=1:00", "-p", "long"]),
      ("--comment='two words'", ["--comment=two words"]),
      (#"--comment="a \"b\" \c""#, [#"--comment=a "b" \c"#]), (#"a\ b c"#, ["a b", "c"]),
      (#"'a\'b"#, [#"a\b"#]), ("''", [""]), (#"a"b"'c'"#, ["abc"]),
      ("--x=$(rm -rf /);`id`|&>", ["--x=$(rm", "-rf", "/);`id`|&>"]),
      ("<\u{301}\" \u{301}\"", ["<\u{301} \u{301}"]),
    ])
  func split(text: String, words: [String]) throws {
    let found = try ShellWords.split(text)
    #expect(found == words)
  }

  @Test("Unfinished words are refused", arguments: ["'a", "\"a", "a\\", "\"a\\"])
  func unfinished(text: String) {
    #expect(throws: ClusterError.self) { try ShellWords.split(text) }
  }

  @Test("A quoted word comes back as it was")
  func quoted() throws {
    for word in ["", "a", "a b", "it's", "\"", "\\", "$x", "a\nb", "%A_%a", "--x=y", "ä"] {
      let found = try ShellWords.split(ShellWords.quoted(word))
      #expect(found == [word])
    }
    #expect(ShellWords.line(["sbatch", "a b"]) == "sbatch 'a b'")
  }

  @Test(
    "Options that the jobs need, and words that are none, are refused",
    arguments: [
      "--array=0-3", "-a 0-3", "--dependency=singleton", "--wrap=id", "-o log", "--outp=log",
      "--wait",
      "script.sh", "--time=1 script.sh", "-c4 extra", "--parsable", "--", "-",
    ])
  func refused(text: String) {
    #expect(throws: ClusterError.self) { try SlurmOptions(text) }
  }

  @Test(
    "Other options pass",
    arguments: [
      "--partition=long --time=2:00:00", "-p long -c 4 -t 60", "--mem 8G", "--exclusive", "",
      "--constraint='a&b'",
    ])
  func passes(text: String) throws {
    let words = try SlurmOptions(text).words
    let expected = try ShellWords.split(text)
    #expect(words == expected)
  }

  @Test(
    "The cores of a task are found",
    arguments: [
      ("--cpus-per-task=8", 8), ("-c 4", 4), ("-c4", 4), ("--cpus-per-task 2", 2), ("-p x", nil),
    ])
  func cores(text: String, cores: Int?) throws {
    let found = try SlurmOptions(text).coresPerTask
    #expect(found == cores)
  }
}
