public import ArgumentParser

/// `unetlens cluster`: runs that `--cluster slurm` handed to a cluster.
public struct ClusterCommand: ParsableCommand {
  /// Name, summary and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Look at, end, or do by hand what --cluster slurm submitted.",
    discussion: """
      Example: unetlens experiments --model sd15 --images data/images --output /shared/out \
      --cluster slurm --tasks 25 --sbatch "--time=1:00:00 --cpus-per-task=8"
               unetlens cluster status /shared/out
      """,
    subcommands: [
      ClusterStatusCommand.self, ClusterCancelCommand.self, ClusterRunCommand.self,
    ])

  /// The command without a subcommand: prints help.
  public init() {}
}
