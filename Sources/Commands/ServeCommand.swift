public import ArgumentParser
import Foundation
import Preview

/// `unetlens serve`: a preview of the page that follows its sources.
public struct ServeCommand: AsyncParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Preview the page on this machine, rebuilt when data, content or templates change.",
    discussion: """
      The page is built in memory and open pages reload by themselves; nothing is written. A page
      that cannot be built says why here, and the last good one stays.

      Example: unetlens serve --data data --port 8080
      """)

  @OptionGroup var page: PageOptions

  @Option(name: .long, help: "The port on 127.0.0.1; 0 takes a free one.")
  var port = 8000

  @OptionGroup var shared: SharedOptions

  /// The command as the parser fills it.
  public init() {}

  /// Refuses what is no port.
  public func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
  }

  /// Serves until it is interrupted; prints the address.
  public func run() async throws {
    let quiet = shared.quiet
    let server = PreviewServer(builder: page.builder) { line in
      if line.hasPrefix("http://") {
        // Not print, which keeps it back where the output is a pipe.
        try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
      } else if !quiet || !line.hasPrefix("built") {
        StandardError.write("\(line)\n")
      }
    }
    try await server.run(port: port)
  }
}
