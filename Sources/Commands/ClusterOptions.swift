import ArgumentParser
import Cluster
import Experiments
import Files
import Foundation
import StableDiffusion

/// Options of commands whose work may be done by a cluster's jobs.
struct ClusterOptions: ParsableArguments {
  /// What hands out the jobs.
  enum Scheduler: String, ExpressibleByArgument { case slurm }

  @Option(
    name: .customLong("cluster"),
    help: """
      slurm: let a cluster's jobs do the work, with the same files at the end. Scripts and logs go \
      to the output's .cluster; see docs/SCALE.md.
      """)
  var scheduler: Scheduler?

  @Option(name: .long, help: "Tasks of each of the two job arrays, at most (8).")
  var tasks: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Further options of sbatch: \"--partition=long --time=2:00:00 --cpus-per-task=8\".")
  var sbatch: String?

  @Flag(name: .customLong("wait"), help: "Wait until the jobs have ended.")
  var waits = false

  @Flag(name: .long, help: "Write and print the job scripts, and submit nothing.")
  var dryRun = false

  func validate() throws {
    if scheduler == nil {
      if sbatch != nil { throw ValidationError("--sbatch goes with --cluster slurm.") }
      if waits { throw ValidationError("--wait goes with --cluster slurm.") }
      if dryRun { throw ValidationError("--dry-run goes with --cluster slurm.") }
      if tasks != nil { throw ValidationError("--tasks goes with --cluster slurm.") }
    }
    if let tasks, !(1...100_000).contains(tasks) {
      throw ValidationError("--tasks: expected 1 to 100000, found \(tasks).")
    }
    if waits && dryRun { throw ValidationError("--wait: a dry run leaves nothing to wait for.") }
  }

  /// One run to submit.
  struct Job {
    let run: ExperimentRun
    let checkpoint: Checkpoint
    let command: String
    /// The words of the command whose report the merge makes; none for `experiments`.
    var report: [String] = []
  }

  /// Submits `jobs` and prints their numbers, or writes and prints their scripts.
  func submit(_ jobs: [Job], output: String, shared: SharedOptions) throws {
    let options = try SlurmOptions(sbatch ?? "")
    for job in jobs {
      for warning in job.run.warnings { shared.progress.warn(warning) }
      let plan = try ClusterPlan(
        job.run, checkpoint: job.checkpoint, tasks: tasks ?? 8, version: Version.current,
        command: job.command, report: job.report)
      if let cores = options.coresPerTask, cores != plan.threads {
        shared.progress.warn(
          "tasks have \(cores) cores and \(plan.threads) threads; OMP_NUM_THREADS=\(cores), set"
            + " here and for a run on one machine, gives both the same last digits")
      }
      let submission = try Submission(
        plan, output: output, options: options, program: Self.program)
      if dryRun {
        print(try submission.dryRun(), terminator: "")
      } else {
        try report(submission.submit(), name: plan.name, output: output, shared)
      }
    }
  }

  /// Waits until no job of `jobs` is left and gives the final files' paths.
  func files(of jobs: [Job], output: String, shared: SharedOptions) throws -> [String] {
    let folder = ClusterFolder(output: output)
    return try jobs.flatMap { job in
      try QueuedRun(job.run.settings.name, in: folder).wait(progress: shared.progress)
        .map { Folder.join(output, $0) }
    }
  }

  private func report(
    _ outcome: Submission.Outcome, name: String, output: String, _ shared: SharedOptions
  ) {
    switch outcome {
    case .submitted(let jobs):
      for (stage, job) in jobs { print("\(job) \(stage.rawValue) \(name)") }
      if !shared.quiet && !waits {
        StandardError.write("`unetlens cluster status \(output)` shows how far they are\n")
      }
    case .inQueue(let jobs):
      shared.progress.warn("the jobs of \(name) are in the queue already; nothing was submitted")
      for (stage, job) in jobs { print("\(job) \(stage.rawValue) \(name)") }
    case .finished:
      shared.progress.warn("\(output) holds the files of this run already; nothing was submitted")
    }
  }

  /// This program's path.
  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }
}
