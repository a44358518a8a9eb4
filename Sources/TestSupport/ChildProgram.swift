import Files
import Foundation

/// The built `unetlens` as a child process, as users run it.
public final class ChildProgram {
  /// The program beside the tests, from `swift build -c release`.
  public static let path = Folder.join(SharedMaterial.repository, ".build/release/unetlens")
  /// Whether it is there.
  public static var isBuilt: Bool { Folder.isFile(path) }

  /// How a child ended.
  public struct Outcome: Sendable {
    /// The exit code, or the signal that ended it.
    public let status: Int32
    /// Whether a signal ended it.
    public let wasKilled: Bool
    /// All of its standard error.
    public let errors: String
  }

  private let process = Process()
  private let errors = Pipe()

  /// Prepares a child with `arguments`; `shell` is a shell command to come before it, such as a limit.
  public init(_ arguments: [String], shell: String? = nil) {
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", Self.path] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: Self.path)
      process.arguments = arguments
    }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
  }

  /// Runs the child to its end, or until a line of its standard error starts with `deadline`: then it
  /// is killed by SIGKILL.
  public func run(killedAt deadline: String? = nil) throws -> Outcome {
    try process.run()
    var text = Data()
    while true {
      let more = errors.fileHandleForReading.availableData
      if more.isEmpty { break }
      text += more
      if let deadline, String(decoding: text, as: UTF8.self).contains("\n\(deadline)") {
        kill(process.processIdentifier, SIGKILL)
      }
    }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      wasKilled: process.terminationReason == .uncaughtSignal,
      errors: String(decoding: text, as: UTF8.self))
  }
}
