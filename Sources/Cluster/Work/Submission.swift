import Experiments
import Files
import Foundation

/// Hands what is left of a run to Slurm: scripts, then at most three jobs that depend on each other.
///
/// A job begins when those before it have ended in any way (`afterany`), and looks itself for what
/// it needs: a dependency on success is no proof that files are there, and where one task failed it
/// would keep the merge from saying what is missing.
package struct Submission: Sendable {
  private let plan: ClusterPlan
  private let run: ExperimentRun
  private let folder: ClusterFolder
  private let options: SlurmOptions
  private let program: String
  private let slurm = Slurm()

  /// What became of a submission.
  package enum Outcome: Sendable {
    /// Jobs are in the queue now; their stages and numbers.
    case submitted([(stage: Stage, job: Int)])
    /// Jobs of this run were in the queue already, and nothing was submitted.
    case inQueue([(stage: Stage, job: Int)])
    /// The run's final files are there.
    case finished
  }

  /// A submission of `plan`, whose arrays go to the folder `output`.
  ///
  /// - Parameter program: the path of `unetlens`, from the root, as nodes see it.
  /// - Throws: ``ClusterError`` where the plan cannot be.
  package init(
    _ plan: ClusterPlan, output: String, options: SlurmOptions, program: String
  ) throws(ClusterError) {
    folder = ClusterFolder(output: output)
    var plan = plan
    // The same run keeps its token, so that scripts of a dry run stay good.
    if let former = try? ClusterPlan.read(plan.name, in: folder), former.identity == plan.identity {
      plan.token = former.token
    }
    self.plan = plan
    self.options = options
    self.program = program
    run = try plan.run(output: output)
  }

  /// Submits what is left.
  ///
  /// - Throws: ``ClusterError`` where another run of the same name is in the queue, a file cannot be
  ///   written, or Slurm refuses; then nothing of this run stays in the queue.
  package func submit() throws(ClusterError) -> Outcome {
    if let active = try active() { return .inQueue(active) }
    if let done = FinishedRun.find(plan, in: folder), done.isComplete { return .finished }
    run.folder.removePartialFiles()
    let jobs = try write()
    var record = JobRecord()
    do throws(ClusterError) {
      for job in jobs {
        let earlier = record.jobs.map { "\($0.number.number)" }
        let number = try slurm.submit(arguments(job, after: earlier))
        record.jobs.append(JobRecord.Job(stage: job.stage, number: number, tasks: job.tasks))
        try JSONFile.write(record, to: folder.jobs(plan.name))
      }
    } catch {
      try? slurm.cancel(record.jobs.map(\.number))
      throw error
    }
    return .submitted(Self.numbers(record))
  }

  /// Writes everything and gives scripts and commands as text, for a user to read or submit.
  ///
  /// - Throws: ``ClusterError`` where a run of the same name is in the queue, or was submitted and squeue
  ///   cannot be asked, or a file cannot be written.
  package func dryRun() throws(ClusterError) -> String {
    // New scripts under jobs that read them would be no dry run.
    if try active() != nil { throw inTheWay }
    let jobs = try write()
    var text = ""
    for job in jobs {
      text += "### \(folder.script(job.stage, plan.name))\n\(script(job.stage).text)\n"
    }
    text += "### Submit with\n"
    var earlier: [String] = []
    for job in jobs {
      let words = ["sbatch"] + (try arguments(job, after: []))
      var line = ShellWords.line(words.dropLast())
      if !earlier.isEmpty {
        line += " --dependency=afterany:" + earlier.map { "$\($0)" }.joined(separator: ":")
      }
      line += " " + ShellWords.quoted(words[words.count - 1])
      text += "\(job.stage.rawValue)=$(\(line))\n"
      earlier.append(job.stage.rawValue)
    }
    return text
  }

  private struct Job {
    let stage: Stage
    let tasks: [Int]
  }

  private var inTheWay: ClusterError {
    ClusterError(
      "\(folder.path): a run of \(plan.name) is in the queue; `unetlens cluster cancel"
        + " \(folder.output)` ends it, `unetlens cluster status \(folder.output)` shows it")
  }

  /// The jobs of this run that are in the queue; nil where there are none.
  private func active() throws(ClusterError) -> [(stage: Stage, job: Int)]? {
    let record = try JobRecord.read(plan.name, in: folder)
    guard !record.jobs.isEmpty else { return nil }
    let queue = try slurm.queue(record.jobs.map(\.number))
    guard record.entries(queue, name: plan.name).contains(where: \.isActive) else { return nil }
    guard let former = try? ClusterPlan.read(plan.name, in: folder),
      former.identity == plan.identity
    else { throw inTheWay }
    return Self.numbers(record)
  }

  private static func numbers(_ record: JobRecord) -> [(stage: Stage, job: Int)] {
    record.jobs.map { ($0.stage, $0.number.number) }
  }

  /// The jobs that are left: tasks with a unit that has no usable result.
  private func left() -> [Job] {
    let merge = Job(stage: .merge, tasks: [])
    if FinishedRun.find(plan, in: self.folder) != nil { return [merge] }
    let split = TaskSplit(run.plan, tasks: plan.tasks)
    let folder = run.folder
    let extract = split.extract.indices.filter { task in
      split.extract[task].contains { folder.problem(with: $0) != nil }
    }
    let probes = split.probes.indices.filter { task in
      split.probes[task].contains { folder.problem(with: $0) != nil }
    }
    return [Job(stage: .extract, tasks: extract), Job(stage: .probes, tasks: probes)]
      .filter { !$0.tasks.isEmpty } + [merge]
  }

  /// Writes plan, token and the scripts of all that is left.
  private func write() throws(ClusterError) -> [Job] {
    let jobs = left()
    do throws(FileError) {
      try Folder.create(folder.logs)
      unlink(folder.jobs(plan.name))
      if FinishedRun.find(plan, in: folder) == nil { unlink(folder.done(plan.name)) }
      try AtomicFile.write(Array("\(plan.token)\n".utf8), to: folder.token(plan.name))
      try AtomicFile.write(plan.bytes, to: folder.plan(plan.name))
      for stage in Stage.allCases {
        let path = folder.script(stage, plan.name)
        guard jobs.contains(where: { $0.stage == stage }) else {
          unlink(path)
          continue
        }
        try AtomicFile.write(Array(script(stage).text.utf8), to: path)
        chmod(path, 0o755)
      }
    } catch { throw ClusterError(error) }
    return jobs
  }

  private func script(_ stage: Stage) -> JobScript {
    JobScript(
      stage: stage, plan: plan, output: ClusterPlan.absolute(folder.output), program: program,
      tasks: TaskSplit(run.plan, tasks: plan.tasks).tasks(stage).count)
  }

  /// What sbatch is called with; the user's options come first, so that ours hold.
  private func arguments(_ job: Job, after earlier: [String]) throws(ClusterError) -> [String] {
    let logs = ClusterPlan.absolute(folder.logs)
    guard !logs.contains("\\"), !logs.contains("\n") else {
      throw ClusterError(
        "--output \(folder.output): expected a path without backslash, which Slurm's log names"
          + " cannot hold")
    }
    let task = job.stage == .merge ? nil : "%a"
    let log = ClusterFolder.logName(
      job.stage, plan.name, job: job.stage == .merge ? "%j" : "%A", task: task)
    var words = ["--parsable"] + options.words
    words.append("--job-name=\(JobScript.jobName(job.stage, plan.name))")
    words.append("--output=\(Folder.join(logs.replacing("%", with: "%%"), log))")
    if job.stage != .merge { words.append("--array=\(NumberList.text(job.tasks))") }
    if !earlier.isEmpty {
      words.append("--dependency=afterany:\(earlier.joined(separator: ":"))")
    }
    return words + [ClusterPlan.absolute(folder.script(job.stage, plan.name))]
  }
}
