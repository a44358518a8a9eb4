import Cluster
import Dispatch
import Experiments
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// Tasks done here, one after the other or at once: no Slurm is needed.
@Suite("Tasks of a cluster's run", .serialized)
struct TaskTests {
  @Test("Any number of tasks in any order gives one machine's bytes", arguments: [1, 4, 100])
  func bytes(tasks: Int) throws {
    let output = TemporaryFolder()
    let plan = try TinyRun.submitted(output, tasks: tasks)
    let work = try plan.run(output: output.path).plan
    let split = TaskSplit(work, tasks: tasks)
    #expect(split.extract.count == min(tasks, work.extractions.count))
    #expect(split.probes.count == min(tasks, work.units.count - work.extractions.count))
    for task in split.extract.indices.reversed() { try TinyRun.perform(output, .extract, task) }
    for task in split.probes.indices.reversed() { try TinyRun.perform(output, .probes, task) }
    try TinyRun.merge(output)
    try TinyRun.expectAll(output)
  }

  @Test("A single layer's probe draws what the layers before it would have drawn")
  func randomStream() throws {
    let output = TemporaryFolder()
    let plan = try TinyRun.submitted(output, tasks: 3)
    for task in 0..<3 { try TinyRun.perform(output, .extract, task) }
    let run = try plan.run(output: output.path)
    let alone = try Self.probe(30, of: run, after: [])
    run.folder.forget(.probe(30))
    let all = try Self.probe(30, of: run, after: Array(0..<30))
    #expect(alone == all)
  }

  /// The bytes of a layer's result, computed together with other layers'.
  private static func probe(
    _ layer: Int, of run: ExperimentRun, after others: [Int]
  ) throws -> [UInt8] {
    try run.perform(
      (others + [layer]).map { .probe($0) }, progress: SilentProgress()
    ) { () throws(ExperimentError) in throw ExperimentError("no network is needed") }
    let file = try MappedFile(run.folder.resultPath(.probe(layer)))
    return file.withBytes { Array($0) }
  }

  @Test("Two copies of every task at once, and of the merge, do no harm")
  func copies() throws {
    let output = TemporaryFolder()
    _ = try TinyRun.submitted(output, tasks: 2)
    for stage in [Stage.extract, .probes] {
      for task in 0..<2 { try Self.twice { try TinyRun.perform(output, stage, task) } }
    }
    try Self.twice { try TinyRun.merge(output) }
    try TinyRun.expectAll(output)
    // Late copies find the run done.
    try TinyRun.perform(output, .extract, 0)
    try TinyRun.merge(output)
    try TinyRun.expectAll(output)
  }

  private static func twice(_ body: @Sendable () throws -> Void) throws {
    let failures = Mutex([String]())
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      do { try body() } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
  }

  @Test("The merge names what is missing or damaged; submitting again leaves only that")
  func missing() throws {
    let output = TemporaryFolder()
    let plan = try TinyRun.submitted(output, tasks: 4)
    for task in 0..<4 where task != 2 { try TinyRun.perform(output, .extract, task) }
    var error = #expect(throws: ClusterError.self) { try TinyRun.perform(output, .probes, 1) }
    #expect(error?.description.contains("tasks extract 2") == true, "\(error as Any)")
    try TinyRun.perform(output, .extract, 2)
    for task in 0..<4 where task != 1 { try TinyRun.perform(output, .probes, task) }

    // A result cut short, one with other bytes, tokens cut short, and one task never done.
    let run = try plan.run(output: output.path)
    let whole = run.plan.extractions
    truncate(run.folder.resultPath(.probe(0)), 100)
    try Self.flip(run.folder.resultPath(.extract(whole[1])))
    truncate(run.folder.tokensPath(whole[0]), 1000)
    error = #expect(throws: ClusterError.self) { try TinyRun.merge(output) }
    let sentence = error?.description ?? ""
    #expect(sentence.contains("images 0 to 3 at timestep 50 is damaged"), "\(sentence)")
    #expect(sentence.contains("expected") && sentence.contains("found 1000"), "\(sentence)")
    #expect(sentence.contains("the probe of"), "\(sentence)")
    #expect(!sentence.contains("\n"))

    let again = try Submission(
      plan, output: output.path, options: SlurmOptions("--partition=x"), program: "/bin/false")
    let text = try again.dryRun()
    #expect(text.contains("--array=0 "), "\(text)")
    #expect(text.contains("--partition=x"))
    for stage in [Stage.extract, .probes] {
      for task in 0..<4 { try TinyRun.perform(output, stage, task) }
    }
    try TinyRun.merge(output)
    try TinyRun.expectAll(output)
  }

  /// Changes the last byte of a file.
  private static func flip(_ path: String) throws {
    let file = try MappedFile(path)
    var bytes = file.withBytes { Array($0) }
    bytes[bytes.count - 1] ^= 1
    try AtomicFile.write(bytes, to: path)
  }

  @Test("A node that does not see the submitting host's files says so")
  func token() throws {
    let output = TemporaryFolder()
    let plan = try TinyRun.submitted(output, tasks: 2)
    let path = ClusterFolder(output: output.path).token(TinyRun.name)
    func sentence(_ token: String?) -> String {
      do {
        _ = try TaskRunner(output: output.path, name: TinyRun.name, token: token, node: "n7")
        return ""
      } catch { return error.description }
    }
    #expect(sentence(plan.token) == "" && sentence(nil) == "")
    #expect(sentence("another").contains("found another on n7"))
    unlink(path)
    #expect(sentence(plan.token).contains("found no file on n7"))
    #expect(sentence(nil).contains("all nodes share"))
  }

  @Test("Another checkpoint, and another image, than at submission are refused")
  func hashes() throws {
    let (output, images, model) = (TemporaryFolder(), TemporaryFolder(), TemporaryFolder())
    for index in 0..<4 { try TinyRun.writeImage(index, to: images) }
    let checkpoint = model.file("tiny")
    try FileManager.default.copyItem(atPath: TinyRun.checkpoint, toPath: checkpoint)
    _ = try TinyRun.submitted(output, tasks: 1, images: images, checkpoint: checkpoint)

    try FileManager.default.removeItem(atPath: images.file("02.png"))
    try FileManager.default.copyItem(
      atPath: images.file("01.png"), toPath: images.file("02.png"))
    var error = #expect(throws: ClusterError.self) { try TinyRun.perform(output, .extract, 0) }
    #expect(error?.description.contains("02.png: expected the image as it was") == true)
    try TinyRun.writeImage(2, to: images)

    let config = Folder.join(checkpoint, "scheduler/scheduler_config.json")
    let file = try MappedFile(config)
    try AtomicFile.write(file.withBytes { Array($0) } + [10], to: config)
    error = #expect(throws: ClusterError.self) { try TinyRun.perform(output, .extract, 0) }
    #expect(error?.description.contains("expected the checkpoint as it was") == true)
  }

  @Test("A folder without a run, and a task that there is not, get a sentence")
  func refusals() throws {
    let output = TemporaryFolder()
    #expect(throws: ClusterError.self) { try TinyRun.perform(output, .extract, 0) }
    _ = try TinyRun.submitted(output, tasks: 2)
    let error = #expect(throws: ClusterError.self) { try TinyRun.perform(output, .extract, 2) }
    #expect(error?.description == "--task 2: expected 0 to 1 for the stage extract")
    try AtomicFile.write(Array("{}".utf8), to: ClusterFolder(output: output.path).plan("tiny"))
    #expect(throws: ClusterError.self) { try TinyRun.perform(output, .extract, 0) }
  }
}
