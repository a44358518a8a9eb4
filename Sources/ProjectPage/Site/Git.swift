import Foundation

/// Runs git and takes what it prints.
struct Git {
  /// The folder to run in.
  let folder: String

  /// Runs `git arguments` and returns its output without the line break at the end.
  ///
  /// - Throws: ``PublishError`` with the first thing git complained about.
  @discardableResult
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws(PublishError) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    let stdin = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = input == nil ? FileHandle.nullDevice : stdin
    do { try process.run() } catch { throw PublishError("git cannot be run: \(error)") }
    if let input {
      // Written on a thread of its own: git answers while it reads, and a full pipe would stop both.
      let handle = stdin.fileHandleForWriting
      Thread {
        try? handle.write(contentsOf: Data(input.utf8))
        try? handle.close()
      }.start()
    }
    let complaint = Collected(errors.fileHandleForReading)
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let said = complaint.text()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let lines = said.split(separator: "\n").map(String.init)
      let line =
        lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") || $0.contains("rejected") }
        ?? lines.first ?? "exit status \(process.terminationStatus)"
      throw PublishError("git \(arguments.first ?? ""): \(line)")
    }
    return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// Reads a pipe to its end on a thread of its own.
  private final class Collected: @unchecked Sendable {
    // Unchecked: the text is handed over through the semaphore.
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
      Thread { [self] in
        data = handle.readDataToEndOfFile()
        done.signal()
      }.start()
    }

    func text() -> String {
      done.wait()
      return String(decoding: data, as: UTF8.self)
    }
  }
}
