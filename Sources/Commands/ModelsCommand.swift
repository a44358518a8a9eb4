import ArgumentParser
import Foundation
import StableDiffusion

/// `unetlens models`: which checkpoints can be named.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the models that are there: built in, and in the Hugging Face cache.",
    discussion: """
      Example: unetlens models --json

      A name in the list is what --model takes; a folder that diffusers wrote works by its path.
      """)

  @Flag(name: .long, help: "Print one JSON list instead of a table.")
  var json = false

  @OptionGroup var shared: SharedOptions

  func run() throws {
    let finder = ModelFinder.standard()
    let found = finder.all()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(found), as: UTF8.self))
      return
    }
    print(ModelTable.text(found), terminator: "")
    if !shared.quiet { StandardError.write(ModelTable.hint(found, finder)) }
  }
}
