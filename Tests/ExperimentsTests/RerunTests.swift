import Experiments
import Files
import Tensors
import TestSupport
import Testing

/// Runs into a folder that holds the arrays of an earlier one.
@Suite("Runs after runs")
struct RerunTests {
  private static let identity = ModelIdentity(
    checkpoint: "pattern", hash: String(repeating: "0", count: 64), options: [:])
  private static let found = "high_norm_anomalies_auto_pattern.npy"
  private static let norms = "representation_norms_pattern.pt"

  private static let images = {
    let folder = TemporaryFolder()
    do { try TestImages.write(4, side: 96, to: folder.path) } catch {
      Issue.record("cannot write test images: \(error)")
    }
    return folder
  }()

  private static func settings(
    _ output: TemporaryFolder, _ labels: RunSettings.Labels
  ) -> RunSettings {
    var settings = RunSettings(
      name: "pattern", images: images.path, output: output.path,
      experiments: [.anomalies, .norms])
    settings.labels = labels
    return settings
  }

  private static func run(_ settings: RunSettings) throws {
    _ = try ExperimentRun(settings, model: identity).run(
      version: "test", command: "unetlens experiments", progress: SilentProgress()
    ) { () throws(ExperimentError) in PatternSource() }
  }

  private static func provenance(_ output: TemporaryFolder) throws -> Provenance {
    try Provenance.read(output.file("provenance_pattern.json"), name: "pattern")
  }

  /// Whether an audit would take the folder's arrays for those of `settings`.
  private static func isDone(_ settings: RunSettings, _ output: TemporaryFolder) throws -> Bool {
    try ExperimentRun(settings, model: identity).isDone(provenance(output), version: "test")
  }

  private static func labelFile(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("labels.npy")
    try NPY.write(NDArray([Int64(1), 2, 3], shape: [1, 3]), to: path)
    return path
  }

  @Test("A label file takes the place of the detector's labels, which go with their record")
  func labels() throws {
    let (output, other) = (TemporaryFolder(), TemporaryFolder())
    let automatic = Self.settings(output, .automatic)
    let given = Self.settings(output, .file(try Self.labelFile(other)))
    try Self.run(automatic)
    #expect(Folder.isFile(output.file(Self.found)))
    #expect(try Self.isDone(automatic, output) && !Self.isDone(given, output))
    try Self.run(given)
    #expect(!Folder.isFile(output.file(Self.found)))
    #expect(try Self.provenance(output).arrays[Self.found] == nil)
    #expect(try Self.isDone(given, output) && !Self.isDone(automatic, output))
    try Self.run(automatic)
    #expect(try Self.isDone(automatic, output))
  }

  @Test("Found labels that a person has changed since stay, without a record")
  func changed() throws {
    let (output, other) = (TemporaryFolder(), TemporaryFolder())
    try Self.run(Self.settings(output, .automatic))
    try NPY.write(NDArray([Int64(0), 1, 1], shape: [1, 3]), to: output.file(Self.found))
    try Self.run(Self.settings(output, .file(try Self.labelFile(other))))
    #expect(Folder.isFile(output.file(Self.found)))
    #expect(try Self.provenance(output).arrays[Self.found] == nil)
  }

  @Test("Norms of other images go where a run writes none; those of the same stay")
  func norms() throws {
    let output = TemporaryFolder()
    try Self.run(Self.settings(output, .automatic))
    var without = Self.settings(output, .automatic)
    without.writesNorms = false
    try Self.run(without)
    #expect(Folder.isFile(output.file(Self.norms)))
    without.limit = 3
    try Self.run(without)
    #expect(!Folder.isFile(output.file(Self.norms)))
    #expect(try Self.provenance(output).arrays[Self.norms] == nil)
    // A report needs them, so arrays without them are not all that there should be.
    var with = without
    with.writesNorms = true
    #expect(try Self.isDone(without, output) && !Self.isDone(with, output))
  }
}
