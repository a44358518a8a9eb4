public import ArgumentParser

/// The `unetlens` program: one subcommand a task.
public struct UnetLens: AsyncParsableCommand {
  /// Name, summary and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "unetlens",
    abstract: "Figures and a project page from the inner representations of a diffusion U-Net.",
    version: Version.current,
    subcommands: [
      AuditCommand.self,
      BenchmarkCommand.self,
      ClusterCommand.self,
      DatasetCommand.self,
      ExperimentsCommand.self,
      ExtractCommand.self,
      FiguresCommand.self,
      InspectCommand.self,
      LabelCommand.self,
      ModelsCommand.self,
      PageCommand.self,
      PublishCommand.self,
      ServeCommand.self,
    ])

  /// The command without a subcommand: prints help.
  public init() {}
}
