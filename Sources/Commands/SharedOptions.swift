public import ArgumentParser
import Files

/// Options that every command has.
public struct SharedOptions: ParsableArguments {
  @Flag(name: .long, help: "Say nothing but results and errors.")
  var quiet = false

  /// Options as the parser fills them.
  public init() {}

  /// Where the command's long work reports to: a bar on a terminal, plain lines otherwise.
  var progress: any ProgressSink { quiet ? QuietProgress() : TerminalProgress() }
}
