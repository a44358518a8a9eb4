import Files

/// The text of a job's script, for a cluster's user to read.
struct JobScript {
  let stage: Stage
  let plan: ClusterPlan
  /// The output folder and the program, from the root.
  let output: String
  let program: String
  /// Tasks of the array in all.
  let tasks: Int

  /// What the job is called in the queue.
  static func jobName(_ stage: Stage, _ name: String) -> String {
    "unetlens-\(stage.rawValue)-\(name)"
  }

  private var purpose: [String] {
    switch stage {
    case .extract:
      [
        "The images of \(plan.name) through the U-Net: each array task takes a range of images, in",
        "whole batches, and leaves their norms, group sums and tokens in the output's .cache.",
      ]
    case .probes:
      [
        "Position probes of \(plan.name), layer by layer, and histograms of token pairs, block by",
        "block, from what the extract array left in the output's .cache.",
      ]
    case .merge:
      [
        "The final files of \(plan.name): checks that every task left its results, whole, and names",
        "those that are missing; submitting again then does only these.",
      ]
    }
  }

  private var task: String { stage == .merge ? "" : " --task \"$SLURM_ARRAY_TASK_ID\"" }

  /// The script.
  var text: String {
    let array = stage == .merge ? [] : ["# An array of \(tasks), numbered from 0."]
    let head = ["#!/bin/bash"] + purpose.map { "# \($0)" } + array
    return
      (head
      + [
        "# Written by unetlens \(plan.version). Run it any number of times: what is done is not done again.",
        "#SBATCH --job-name=\(Self.jobName(stage, plan.name))",
        "#SBATCH --requeue",
        "#SBATCH --open-mode=append",
        "set -euo pipefail",
        "",
        "output=\(ShellWords.quoted(output))",
        "program=\(ShellWords.quoted(program))",
        "",
        "# As many threads as the submitting host would take: last digits depend on their number.",
        "# Set OMP_NUM_THREADS when submitting to choose it, and --cpus-per-task to fit.",
        "export OMP_NUM_THREADS=\(plan.threads) OMP_WAIT_POLICY=passive",
        "",
        "if [ ! -x \"$program\" ]; then",
        "  echo \"Error: $(hostname) has no program $program: expected a file system that all nodes share.\" >&2",
        "  exit 66",
        "fi",
        "# The token is also in a file that the submitting host wrote: a node that does not see it,",
        "# or sees another, has another file system.",
        "exec \"$program\" cluster run \"$output\" --name \(plan.name) --stage \(stage.rawValue)\(task) \\",
        "  --token \(plan.token)",
        "",
      ]).joined(separator: "\n")
  }
}
