import Files
import Foundation
import TestSupport
import Testing

/// The program as a user calls it, its scripts run by bash: Slurm gives a script no more than its
/// environment.
@Suite("Job scripts", .enabled(if: Unetlens.path != nil, "no unetlens beside the tests"))
struct ScriptTests {
  @Test("A dry run's scripts, run by hand, give one machine's bytes")
  func dryRun() throws {
    let program = try #require(Unetlens.path)
    let local = TemporaryFolder()
    let parent = TemporaryFolder()
    let output = parent.file("it's 100% \"shared\" $HOME")
    let arguments = [
      "experiments", "--model", TinyRun.checkpoint, "--name", "tiny", "--images",
      TinyRun.images.path, "--batch-size", "4", "--experiments", "position", "norms", "--quiet",
    ]
    try Command.run(program, arguments + ["--output", local.path])
    let printed = try Command.run(
      program,
      arguments + [
        "--output", output, "--cluster", "slurm", "--tasks", "2", "--dry-run", "--sbatch",
        "--partition=long --comment='two words'",
      ])
    #expect(printed.contains("extract=$(sbatch --parsable --partition=long '--comment=two words'"))
    #expect(printed.contains(" --dependency=afterany:$extract:$probes "))
    #expect(printed.contains("100%% "))
    let folder = "\(output)/.cluster"
    for (stage, tasks) in [("extract", 2), ("probes", 2), ("merge", 1)] {
      let script = "\(folder)/\(stage)-tiny.sh"
      #expect(printed.contains("### \(script)\n#!/bin/bash\n"))
      for task in 0..<tasks {
        try Command.run("env", ["SLURM_ARRAY_TASK_ID=\(task)", "bash", script])
      }
    }
    let names = try Folder.names(in: local.path)
    let found = try Folder.names(in: output).filter { $0 != ".cluster" }
    #expect(found == names)
    for name in names {
      let expected = try SHA256Hex.ofFile(local.file(name))
      let hash = try SHA256Hex.ofFile("\(output)/\(name)")
      #expect(hash == expected, "\(name)")
    }
    let status = try Command.run(program, ["cluster", "status", output])
    #expect(status.contains("tiny merge: done\n"), "\(status)")
  }

  @Test("Without Slurm's commands, submitting names them")
  func noSlurm() throws {
    let program = try #require(Unetlens.path)
    let output = TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "experiments", "--model", TinyRun.checkpoint, "--images", TinyRun.images.path, "--output",
      output.path, "--experiments", "norms", "--cluster", "slurm", "--quiet",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["PATH": "/nowhere"]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(text.hasPrefix("Error: sbatch: expected Slurm's commands on the PATH"), "\(text)")
  }
}

/// The built program, which lies beside the tests.
enum Unetlens {
  static let path: String? = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return [own.map(Folder.parent(of:)), "\(SharedMaterial.repository)/.build/release"]
      .compactMap { $0.map { "\($0)/unetlens" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()
}
