import Foundation

/// Programs of the system that do something for us, found on the `PATH`.
public enum ChildProcess {
  /// What a program left.
  public struct Outcome: Sendable {
    /// Its exit status; 127 where there is no such program.
    public let status: Int32
    /// What it printed.
    public let output: String
    /// What it complained about, line by line.
    public let complaints: [String]
  }

  /// Runs `tool` to its end.
  ///
  /// - Parameters:
  ///   - folder: where it runs; nil: in the current folder.
  ///   - input: its standard input; nil: none.
  ///   - environment: variables beside this process's own.
  /// - Throws: ``FileError`` where the system starts no process.
  public static func run(
    _ tool: String, _ arguments: [String], in folder: String? = nil, input: String? = nil,
    environment: [String: String] = [:]
  ) throws(FileError) -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
    let (output, errors, given) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = input == nil ? FileHandle.nullDevice : given
    do { try process.run() } catch {
      throw FileError(path: tool, "\(tool) cannot be run: \(error)")
    }
    if let input {
      // Written on a thread of its own: a program may answer while it reads, and a full pipe would
      // stop both.
      let handle = given.fileHandleForWriting
      Thread {
        try? handle.write(contentsOf: Data(input.utf8))
        try? handle.close()
      }.start()
    }
    let complaints = Collected(errors.fileHandleForReading)
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let said = complaints.text()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
      complaints: said.split(separator: "\n").map(String.init))
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
