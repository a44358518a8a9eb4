import Experiments
import Files
import Foundation
import Images
import Layers
import StableDiffusion
import Tensors
import TestSupport
import Testing

/// Against what the original wrote for tiny-sd15.
///
/// Asked for are 0.01 in accuracies, 1e-4 in similarities and 1e-3 in norms. What is left is float32
/// in another order, some 1e-6: the tolerances hold ten times that. (PyTorch's own float32 is 2.5e-2
/// from float64 in the latents of image 9; `BatchPlace` says how we follow it.)
@Suite(
  "Reference experiments",
  .enabled(if: SharedMaterial.hasReference, "needs the reference material beside the checkout"))
struct ReferenceTests {
  private static let reference = SharedMaterial.reference

  private static func run(
    _ experiments: Set<Experiment>, limit: Int?, to output: TemporaryFolder
  ) throws {
    let checkpoint = try Checkpoint(
      folder: Folder.join(reference, "checkpoints/tiny-sd15"))
    let extraction = ExtractionSettings()
    var settings = RunSettings(
      name: "tiny-sd15", images: Folder.join(reference, "images"), output: output.path,
      experiments: experiments)
    settings.limit = limit
    settings.labels = .file(
      Folder.join(reference, "original/high_norm_anomalies_tiny-sd15.npy"))
    let run = try ExperimentRun(
      settings, model: try ModelIdentity(checkpoint, settings: extraction))
    _ = try run.run(version: "test", command: "test", progress: SilentProgress()) {
      () throws(ExperimentError) in
      do throws(ModelError) {
        return CheckpointSource(
          try RepresentationExtractor(checkpoint, settings: extraction))
      } catch { throw ExperimentError(error.description) }
    }
  }

  private static func original(_ name: String) throws -> Archive {
    try ArrayFile.read(Folder.join(reference, "original/\(name)"))
  }

  @Test("Position accuracies, norms and anomaly norms of ten images")
  func tenImages() throws {
    let output = TemporaryFolder()
    try Self.run([.position, .anomalies], limit: nil, to: output)
    let accuracies = try Self.largest("accuracies_cls_tiny-sd15.pt", output)
    #expect(accuracies <= 0.002)
    #expect(try Self.largest("up1_anomaly_norms_mean_tiny-sd15.pt", output) <= 1e-5)
    #expect(try Self.largest("up1_anomaly_norms_std_tiny-sd15.pt", output) <= 1e-5)
    let found = try ArrayFile.read(output.file("representation_norms_tiny-sd15.pt"))
    let original = try Self.original("representation_norms_tiny-sd15.pt")
    for layer in Layer.experiments {
      let ours = try #require(found[layer.name]?.array).doubles()
      let theirs = try #require(original[layer.name]?.array).doubles()
      let distance = relativeDistance(ours, theirs)
      #expect(distance <= 3e-5, "\(layer): relative L2 distance \(distance)")
    }
    if let python = ProcessInfo.processInfo.environment["UNETLENS_PYTHON"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: python)
      process.arguments = [
        "-c",
        """
        import torch, sys
        d = sys.argv[1] + "/"
        a = torch.load(d + "accuracies_cls_tiny-sd15.pt", weights_only=True)
        assert a.shape == (45, 5, 4) and a.dtype == torch.float32
        m = torch.load(d + "up1_anomaly_norms_mean_tiny-sd15.pt", weights_only=False)
        assert type(m).__name__ == "ndarray" and m.shape == (45,) and m.dtype == "float64"
        n = torch.load(d + "representation_norms_tiny-sd15.pt", weights_only=True)
        assert len(n) == 45 and n["conv_out"].shape == (10, 64, 64)
        """, output.path,
      ]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }

  @Test("Token-group similarities of three images")
  func threeImages() throws {
    let output = TemporaryFolder()
    try Self.run([.tokenGroups], limit: 3, to: output)
    let found = try ArrayFile.read(output.file("results_group_similarities_tiny-sd15.pt"))
    let original = try Self.original("results_group_similarities_tiny-sd15.pt")
    for layer in Layer.experiments {
      for map in 0..<2 {
        let ours = try #require(found[layer.name]?.elements?[map].array).doubles()
        let theirs = try #require(original[layer.name]?.elements?[map].array).doubles()
        let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 5e-5, "\(layer), map \(map): differs by \(difference)")
      }
    }
  }

  /// The largest difference of a file's one array from the original's.
  private static func largest(_ name: String, _ output: TemporaryFolder) throws -> Double {
    let found = try #require(try ArrayFile.read(output.file(name)).array).doubles()
    let expected = try #require(try original(name).array).doubles()
    #expect(found.count == expected.count)
    return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
  }
}
