import Cluster
import Files
import Foundation
import TestSupport
import Testing

/// `unetlens audit` done by a cluster's tasks: the arrays, figures and report of one machine.
@Suite(
  "An audit by a cluster", .serialized,
  .enabled(if: Unetlens.path != nil, "no unetlens beside the tests"))
struct AuditTests {
  /// No arrays of other models.
  private static let data = TemporaryFolder()

  private static func arguments(_ output: TemporaryFolder) -> [String] {
    [
      "audit", "--model", TinyRun.checkpoint, "--name", "tiny", "--images", TinyRun.images.path,
      "--batch-size", "4", "--data", data.path, "--output", output.path, "--quiet",
    ]
  }

  /// What one machine writes.
  private static let local = Result {
    let output = TemporaryFolder()
    try Command.run(try #require(Unetlens.path), arguments(output))
    return try contents(output)
  }

  /// Hashes of everything below a folder but logs, scripts and work files.
  private static func contents(_ folder: TemporaryFolder) throws -> [String: String] {
    var found: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where !path.hasPrefix(".") && Folder.isFile(folder.file(path)) {
      found[path] = try SHA256Hex.ofFile(folder.file(path))
    }
    return found
  }

  private static func expectSame(_ output: TemporaryFolder) throws {
    let (expected, found) = (try local.get(), try contents(output))
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (path, hash) in expected { #expect(found[path] == hash, "\(path)") }
    #expect(expected["index.html"] != nil && expected["audit.json"] != nil)
  }

  @Test("A dry run's scripts, run by hand, give one machine's report; then no job is needed")
  func scripts() throws {
    let program = try #require(Unetlens.path)
    let output = TemporaryFolder()
    let cluster = Self.arguments(output) + ["--cluster", "slurm", "--tasks", "2"]
    try Command.run(program, cluster + ["--dry-run"])
    for (stage, tasks) in [("extract", 2), ("probes", 2), ("merge", 1)] {
      for task in 0..<tasks {
        try Command.run(
          "env",
          ["SLURM_ARRAY_TASK_ID=\(task)", "bash", output.file(".cluster/\(stage)-tiny.sh")])
      }
    }
    try Self.expectSame(output)
    // Other criteria need the arrays alone: nothing is submitted, and no Slurm asked for.
    let criteria = Self.data.file("criteria.yaml")
    try AtomicFile.write(Array("position-accuracy: 1".utf8), to: criteria)
    let printed = try Command.run(
      "env", ["PATH=/nowhere", program] + cluster + ["--criteria", criteria])
    #expect(printed == "\(output.path)/index.html\n\(output.path)/audit.json\n")
  }

  @Test("--check without --wait is refused: status 0 would say that all holds")
  func check() throws {
    let output = TemporaryFolder()
    let error = #expect(throws: SlurmCluster.Failure.self) {
      try Command.run(
        try #require(Unetlens.path), Self.arguments(output) + ["--cluster", "slurm", "--check"])
    }
    #expect(error?.description.contains("exit 64") == true, "\(error as Any)")
  }

  @Test(
    "Through a real Slurm",
    .enabled(if: SlurmCluster.isAvailable, Comment(rawValue: SlurmCluster.reason)))
  func slurm() throws {
    let slurm = try SlurmCluster()
    defer { slurm.stop() }
    let output = TemporaryFolder()
    let printed = try Command.run(
      try #require(Unetlens.path),
      Self.arguments(output)
        + ["--cluster", "slurm", "--tasks", "3", "--sbatch", "--partition=low", "--wait"])
    #expect(printed.hasSuffix("\(output.path)/index.html\n\(output.path)/audit.json\n"))
    #expect(printed.contains(" merge tiny\n"), "\(printed)")
    try Self.expectSame(output)
  }
}
