internal import ArgumentParser

struct LabelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract: "Label anomalies in norm maps in the browser; take over and export labels.",
    discussion: """
      Without a subcommand the page opens; unetlens label open --help lists its options.

      Example:
        unetlens label labels --model sd15 --images data/images
        unetlens label labels --norms data/representation_norms_sd15.pt --images data/images
        unetlens label import labels old-labels --labeler ann
        unetlens label export labels --output data/high_norm_anomalies_sd15.npy
      """,
    subcommands: [LabelOpenCommand.self, LabelImportCommand.self, LabelExportCommand.self],
    defaultSubcommand: LabelOpenCommand.self)
}
