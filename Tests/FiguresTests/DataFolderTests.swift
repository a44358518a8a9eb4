import Figures
import Files
import TestSupport
import Testing

/// Which models a folder holds is read off its file names.
@Suite struct DataFolderTests {
  private func folder(_ names: [String]) throws -> DataFolder {
    let folder = TemporaryFolder()
    for name in names { try AtomicFile.write([], to: folder.file(name)) }
    return try DataFolder(folder.path)
  }

  @Test func limitsAutomaticLabelsAndTheThesisAreNoModels() throws {
    let data = try folder([
      "accuracies_cls_sd15.pt", "histograms_norm_cossim_sd21.pt",
      "histograms_norm_cossim_sd21_limits.pt", "high_norm_anomalies_auto_mini.npy",
      "mean_norm_maps_thesis.pt", "up1_anomaly_norms_std_a.b_c-D.pt", "accuracies_cls_.pt",
      "accuracies_cls_b\u{E4}r.pt", "notes.txt",
    ])
    #expect(data.models == ["a.b_c-D", "sd15", "sd21"])
  }

  @Test func namesMatchFuzzily() throws {
    let data = try folder(["accuracies_cls_sd15.pt", "accuracies_cls_mini-circular.pt"])
    #expect(try data.models(matching: ["SD-1.5", "sd 15"]) == ["sd15"])
    #expect(try data.models(matching: ["Mini_Circular"]) == ["mini-circular"])
    let error = #expect(throws: FigureError.self) { try data.models(matching: ["flux"]) }
    #expect(error?.description.contains("found mini-circular, sd15") == true)
  }

  @Test func aMissingFolderIsAnError() {
    #expect(throws: FigureError.self) { try DataFolder("/nonexistent/folder") }
  }

  @Test func whatIsNamedAndAbsentIsAnError() throws {
    let folder = TemporaryFolder()
    try TestArrays.writeAccuracies(folder)
    let data = try DataFolder(folder.path)
    let all = try FigureSelection().figures(in: data)
    #expect(all.figures.map(\.stem) == ["teaser-tiny", "quantitative-tiny"])
    #expect(all.warnings.contains { $0.hasPrefix("norm-histograms-tiny: left out") })
    for selection in [
      FigureSelection(names: ["norm-maps"]), FigureSelection(names: ["nonsense"]),
      FigureSelection(models: ["sd15"]),
    ] {
      #expect(throws: FigureError.self) { try selection.figures(in: data) }
    }
  }
}
