import Experiments
package import Files
import StableDiffusion

/// What a job's script calls on a node: one task of one stage.
package struct TaskRunner: Sendable {
  private let folder: ClusterFolder
  private let plan: ClusterPlan
  private let run: ExperimentRun

  /// The run of `name` whose arrays go to `output`.
  ///
  /// - Parameters:
  ///   - token: the token that came with the job; nil where the task is run by hand.
  ///   - node: this machine's name, for messages.
  /// - Throws: ``ClusterError`` where the submitting host's files are not here, or are others.
  package init(
    output: String, name: String?, token: String?, node: String
  ) throws(ClusterError) {
    folder = ClusterFolder(output: output)
    if let token {
      guard let name else { throw ClusterError("--token: expected --name beside it") }
      try Self.check(token, folder.token(name), node: node)
    }
    let name = try folder.onlyName(name)
    plan = try ClusterPlan.read(name, in: folder)
    if token == nil { try Self.check(plan.token, folder.token(name), node: node) }
    run = try plan.run(output: output)
  }

  /// Whether this node sees the submitting host's file system.
  private static func check(
    _ token: String, _ path: String, node: String
  ) throws(ClusterError) {
    let expected = "the token that the submitting host wrote"
    let advice = "use an --output on a file system that all nodes share"
    guard let file = try? MappedFile(path) else {
      throw ClusterError("\(path): expected \(expected), found no file on \(node); \(advice)")
    }
    let found = file.withBytes { String(decoding: $0, as: UTF8.self) }
    guard found == token + "\n" else {
      throw ClusterError(
        "\(path): expected \(expected), found another on \(node): a job of an earlier submission,"
          + " or another file system; \(advice)")
    }
  }

  /// Does the units of `task` that are left.
  ///
  /// - Throws: ``ClusterError``: there is no such task, an input is missing, the checkpoint or an
  ///   image is not what it was at submission.
  package func perform(
    _ stage: Stage, task: Int, progress: any ProgressSink
  ) throws(ClusterError) {
    let tasks = TaskSplit(run.plan, tasks: plan.tasks).tasks(stage)
    guard tasks.indices.contains(task) else {
      throw ClusterError(
        tasks.isEmpty
          ? "--stage \(stage.rawValue): this run has no such task"
          : "--task \(task): expected 0 to \(tasks.count - 1) for the stage \(stage.rawValue)")
    }
    if FinishedRun.find(plan, in: folder) != nil {
      progress.warn("nothing to do: the arrays of \(plan.name) are there")
      return
    }
    // What is there but damaged would else count as done.
    for unit in tasks[task] where run.folder.isDone(unit) {
      if let problem = run.folder.problem(with: unit) {
        progress.warn("\(unit.name) \(problem) and is done again")
        run.folder.forget(unit)
      }
    }
    let left = tasks[task].filter { !run.folder.isDone($0) }
    if stage == .probes { try checkInputs(of: left) }
    if stage == .extract, ClusterPlan.threads != plan.threads {
      progress.warn(
        "this task has \(ClusterPlan.threads) threads, the submitting host \(plan.threads): last"
          + " digits may differ from those of one machine; OMP_NUM_THREADS=\(plan.threads) sets it")
    }
    do throws(ExperimentError) {
      try run.perform(left, progress: progress) { () throws(ExperimentError) in
        do throws(ClusterError) { return try source(progress) } catch {
          throw ExperimentError(error.description)
        }
      }
    } catch {
      // Another copy of this task may have done it meanwhile, and the merge taken its results.
      guard left.allSatisfy(run.folder.isDone) || FinishedRun.find(plan, in: folder) != nil else {
        throw ClusterError(error)
      }
    }
    if FinishedRun.find(plan, in: folder)?.isComplete == true { run.folder.remove() }
  }

  /// Whether every extraction that `units` need has left its result.
  private func checkInputs(of units: [WorkUnit]) throws(ClusterError) {
    let timesteps = Set(
      units.map { if case .histogram(_, let timestep) = $0 { timestep } else { run.plan.timestep } }
    )
    let needed = timesteps.flatMap { run.plan.batches(timestep: $0) }.map { WorkUnit.extract($0) }
    // Listing the folder makes a network file system forget that a file was not there.
    _ = try? Folder.names(in: run.folder.path)
    let missing = needed.filter { !run.folder.isDone($0) }
    guard missing.isEmpty else {
      throw ClusterError(
        Missing(missing.map { ($0, "is missing") }, plan: plan, run: run).sentence)
    }
  }

  /// The network, once the checkpoint's files are known to be those of the submission.
  private func source(_ progress: any ProgressSink) throws(ClusterError) -> CheckpointSource {
    do throws(ModelError) {
      let checkpoint = try Checkpoint(folder: plan.model.folder)
      let hash = try checkpoint.hash()
      guard hash == plan.model.sha256 else {
        throw ModelError(
          "\(plan.model.folder): expected the checkpoint as it was at submission (SHA-256"
            + " \(plan.model.sha256.prefix(12))…), found another (\(hash.prefix(12))…)")
      }
      let extractor: RepresentationExtractor
      do throws(ClusterError) {
        extractor = try Self.extractor(checkpoint, plan, run, progress)
      } catch { throw ModelError(error.description) }
      return CheckpointSource(extractor)
    } catch { throw ClusterError(error) }
  }

  private static func extractor(
    _ checkpoint: Checkpoint, _ plan: ClusterPlan, _ run: ExperimentRun,
    _ progress: any ProgressSink
  ) throws(ClusterError) -> RepresentationExtractor {
    let settings = try plan.extraction()
    do throws(ModelError) {
      return try RepresentationExtractor(
        checkpoint, settings: settings, imageSide: run.images.width, progress: progress)
    } catch { throw ClusterError(error) }
  }

  /// Puts the final files in place and gives their names.
  ///
  /// - Parameter report: makes what the plan's `report` asks for, given its words; its files'
  ///   names are given too.
  /// - Throws: ``ClusterError`` naming every input that is missing or damaged.
  package func merge(
    report: ([String]) throws(ClusterError) -> [String]
  ) throws(ClusterError) -> [String] {
    do throws(ClusterError) {
      return try mergeOnce(report)
    } catch {
      // Another copy of this task may have ended meanwhile, and taken the work files with it.
      guard let done = FinishedRun.find(plan, in: folder), done.isComplete else { throw error }
      run.folder.remove()
      return done.names
    }
  }

  private func mergeOnce(
    _ report: ([String]) throws(ClusterError) -> [String]
  ) throws(ClusterError) -> [String] {
    var names: [String]
    if let done = FinishedRun.find(plan, in: folder) {
      names = done.names
      if done.isComplete {
        run.folder.remove()
        return names
      }
    } else {
      names = try mergeArrays()
    }
    if !plan.report.isEmpty {
      names += try report(plan.report)
      try FinishedRun.write(names, of: plan, in: folder, isComplete: true)
    }
    run.folder.remove()
    return names
  }

  private func mergeArrays() throws(ClusterError) -> [String] {
    _ = try? Folder.names(in: run.folder.path)
    var problems: [(unit: WorkUnit, problem: String)] = []
    for unit in run.plan.units {
      if let problem = run.folder.problem(with: unit) { problems.append((unit, problem)) }
    }
    guard problems.isEmpty else {
      throw ClusterError(Missing(problems, plan: plan, run: run).sentence)
    }
    let names: [String]
    do throws(ExperimentError) {
      names = try run.merge(version: plan.version, command: plan.command)
    } catch { throw ClusterError(error) }
    try FinishedRun.write(names, of: plan, in: folder, isComplete: plan.report.isEmpty)
    return names
  }
}
