import Files
import Foundation
import Images
import TestSupport

/// The program, run as a user runs it, on a committed checkpoint and made-up pictures.
enum AuditRunner {
  /// What a finished program left.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
    var isSignalled: Bool
  }

  /// The program beside the test binary.
  static let program = Folder.join(
    Folder.parent(of: Bundle.main.executablePath ?? CommandLine.arguments[0]), "unetlens")

  /// The committed checkpoint.
  static let checkpoint = Folder.join(SharedMaterial.fixtures, "tiny/sd1")

  /// `count` pictures `side` pixels high (and as wide, unless said), different and with structure, in a folder.
  static func pictures(
    _ count: Int, side: Int, width: Int? = nil
  ) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    for index in 0..<count {
      var pixels: [UInt8] = []
      for row in 0..<side {
        for column in 0..<(width ?? side) {
          pixels.append(UInt8((row * (index + 1) + column) & 255))
          pixels.append(UInt8((column * (index + 2) ^ row) & 255))
          pixels.append(UInt8((row + 37 * index) & 255))
        }
      }
      try PNGFile.write(
        RGBImage(width: width ?? side, height: side, pixels: pixels),
        to: folder.file("\(index).png"))
    }
    return folder
  }

  /// Runs the program to its end, or until `stop` is true of a line that it writes to standard error:
  /// then it is killed.
  static func run(
    _ arguments: [String], in folder: String, killedAt stop: ((String) -> Bool)? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let output = folder + "/.stdout-\(UUID().uuidString)"
    FileManager.default.createFile(atPath: output, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    defer { try? FileManager.default.removeItem(atPath: output) }
    let errors = Pipe()
    process.standardOutput = file
    process.standardError = errors
    try process.run()
    var text = ""
    var line = ""
    while case let data = errors.fileHandleForReading.availableData, !data.isEmpty {
      for character in String(decoding: data, as: UTF8.self) {
        text.append(character)
        guard character == "\n" else {
          line.append(character)
          continue
        }
        if stop?(line) == true { kill(process.processIdentifier, SIGKILL) }
        line = ""
      }
    }
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8), errors: text,
      isSignalled: process.terminationReason == .uncaughtSignal)
  }
}
