import Cluster
import Files
import Foundation
import TestSupport
import Testing

@Suite(
  "A real Slurm",
  .enabled(if: SlurmCluster.isAvailable, Comment(rawValue: SlurmCluster.reason)), .serialized)
struct SlurmTests {
  /// Four tasks over three nodes of one core; one is killed with its node in mid-work, one gives
  /// way to a more important job and is put back into the queue.
  @Test("A node killed and a task preempted in mid-work: one machine's bytes")
  func killed() throws {
    let output = TemporaryFolder()
    let slurm = try SlurmCluster()
    defer { slurm.stop() }
    let plan = try TinyRun.plan(output, tasks: 4)
    let doomed = try HeldTasks(output, tasks: [1, 2])
    let submission = try Submission(
      plan, output: output.path, options: SlurmOptions("--partition=low"),
      program: doomed.program)
    guard case .submitted(let jobs) = try submission.submit() else {
      Issue.record("expected three jobs")
      return
    }
    #expect(jobs.map(\.stage) == [.extract, .probes, .merge])
    // Given again meanwhile, nothing is submitted a second time.
    guard case .inQueue(let same) = try submission.submit() else {
      Issue.record("expected the same jobs")
      return
    }
    #expect(same.map(\.job) == jobs.map(\.job))

    let first = try doomed.node(of: 1)
    let second = try doomed.node(of: 2)
    let folder = ClusterFolder(output: output.path)
    let status = try RunStatus(TinyRun.name, in: folder)
    let extract = try #require(status.stages.first)
    #expect(extract.tasks[1] == .running(nodes: first))
    guard case .waiting = status.stages[2].tasks[0] else {
      Issue.record("expected a merge that waits")
      return
    }
    try slurm.crash(first)
    try Command.run(
      "sbatch", ["--partition=high", "--nodelist=\(second)", "--output=/dev/null", "--wrap=true"])

    let files = try QueuedRun(TinyRun.name, in: folder).wait(progress: SilentProgress())
    let expected = try TinyRun.expected.get()
    #expect(Set(files + ["provenance_tiny.json"]) == Set(expected.keys))
    try TinyRun.expectAll(output)
    #expect(doomed.starts(of: 1) == 2 && doomed.starts(of: 2) == 2)
    let end = try RunStatus(TinyRun.name, in: folder)
    #expect(end.text.contains("tiny extract (job \(jobs[0].job)): 4 tasks\n  0-3: done\n"))
    guard case .finished = try submission.submit() else {
      Issue.record("expected nothing to submit")
      return
    }
  }

  @Test("A failed task is shown with its log's end, cancelled, and submitted again alone")
  func failed() throws {
    let output = TemporaryFolder()
    let images = TemporaryFolder()
    for index in 0..<10 { try TinyRun.writeImage(index, to: images) }
    let slurm = try SlurmCluster()
    defer { slurm.stop() }
    let plan = try TinyRun.plan(output, tasks: 4, images: images)
    let program = try #require(Unetlens.path)
    let submission = try Submission(
      plan, output: output.path, options: SlurmOptions("--partition=low"), program: program)
    // The last image is needed by the last task alone.
    let picture = images.file("09.png")
    try FileManager.default.moveItem(atPath: picture, toPath: images.file("away"))
    _ = try submission.submit()
    let run = QueuedRun(TinyRun.name, in: ClusterFolder(output: output.path))
    var error = #expect(throws: ClusterError.self) { try run.wait(progress: SilentProgress()) }
    #expect(error?.description.contains("failed: extract 3") == true, "\(error as Any)")
    let status = try RunStatus(TinyRun.name, in: ClusterFolder(output: output.path))
    #expect(status.text.contains("  0-2: done\n"), "\(status.text)")
    #expect(status.text.contains("| Error: \(picture): cannot open"), "\(status.text)")
    #expect(status.text.contains("merge (job"), "\(status.text)")
    #expect(status.text.contains("the extraction of images 8 to 9"), "\(status.text)")

    try FileManager.default.moveItem(atPath: images.file("away"), toPath: picture)
    try Command.run("scontrol", ["update", "partitionname=low", "state=down"])
    guard case .submitted(let jobs) = try submission.submit() else {
      Issue.record("expected jobs")
      return
    }
    let left = try Command.run("squeue", ["-h", "-r", "-j", "\(jobs[0].job)", "-o", "%K"])
    #expect(left == "3\n")
    let cancelled = try run.cancel()
    #expect(cancelled.map(\.job) == jobs.map(\.job))
    error = #expect(throws: ClusterError.self) { try run.wait(progress: SilentProgress()) }
    let nothing = try run.cancel()
    #expect(nothing.isEmpty)

    try Command.run("scontrol", ["update", "partitionname=low", "state=up"])
    _ = try submission.submit()
    _ = try run.wait(progress: SilentProgress())
    try TinyRun.expectAll(output)
  }

  @Test("A node with another file system is named by the status")
  func notShared() throws {
    let slurm = try SlurmCluster(hiding: "/var/tmp")
    defer { slurm.stop() }
    let output = TemporaryFolder(inside: "/var/tmp")
    let submission = try Submission(
      try TinyRun.plan(output, tasks: 1), output: output.path, options: SlurmOptions(""),
      program: try #require(Unetlens.path))
    _ = try submission.submit()
    let folder = ClusterFolder(output: output.path)
    let error = #expect(throws: ClusterError.self) {
      try QueuedRun(TinyRun.name, in: folder).wait(progress: SilentProgress())
    }
    #expect(error?.description.contains("ended without its files") == true)
    let text = try RunStatus(TinyRun.name, in: folder).text
    #expect(text.contains("that node does not see this file system"), "\(text)")
  }
}

/// A stand-in for the program that stops some extract tasks in mid-work, the first time they run.
///
/// It lets the real program leave its first result, then stops it and says on which node; what
/// becomes of it is the test's affair.
struct HeldTasks {
  let program: String
  private let own = TemporaryFolder()
  private var folder: String { own.path }

  init(_ output: TemporaryFolder, tasks: [Int]) throws {
    let folder = own.path
    program = Folder.join(folder, "unetlens")
    guard let real = Unetlens.path else {
      throw SlurmCluster.Failure("no unetlens beside the tests")
    }
    let text = """
      #!/bin/bash
      task=none
      [[ "$*" =~ extract\\ --task\\ ([0-9]+) ]] && task=${BASH_REMATCH[1]}
      echo "$SLURMD_NODENAME" >>'\(folder)'/starts-$task
      [[ ' \(tasks.map(String.init).joined(separator: " ")) ' == *" $task "* ]] || exec '\(real)' "$@"
      [ -e '\(folder)'/node-$task ] && exec '\(real)' "$@"
      '\(real)' "$@" &
      until compgen -G '\(output.path)/.cache/*/*.tokens' >/dev/null; do
        kill -0 $! 2>/dev/null || break
      done
      kill -STOP $!
      echo "$SLURMD_NODENAME" >'\(folder)'/new-$task
      mv '\(folder)'/new-$task '\(folder)'/node-$task
      wait $!
      # Stopped for ever, or ended too soon: the node's end or the signal ends this.
      read -r <'\(folder)'/never

      """
    try AtomicFile.write(Array(text.utf8), to: program)
    chmod(program, 0o755)
    mkfifo(Folder.join(folder, "never"), 0o600)
  }

  /// The node on which `task` was stopped, once it was.
  func node(of task: Int) throws -> String {
    let path = Folder.join(folder, "node-\(task)")
    try Wait.until("task \(task) is in mid-work") { Folder.isFile(path) }
    return try lines(path)[0]
  }

  /// How often `task` was begun.
  func starts(of task: Int) -> Int {
    (try? lines(Folder.join(folder, "starts-\(task)")).count) ?? 0
  }

  private func lines(_ path: String) throws -> [String] {
    let file = try MappedFile(path)
    return file.withBytes { String(decoding: $0, as: UTF8.self) }.split(separator: "\n")
      .map(String.init)
  }
}
