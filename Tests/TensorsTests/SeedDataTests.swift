import Tensors
import TestSupport
import Testing

/// The authors' own arrays, which users do not have.
@Suite(.enabled(if: SharedMaterial.hasSeedData, "needs ../shared/seed-data"))
struct SeedDataTests {
  private func read(_ name: String) throws -> Archive {
    try ArrayFile.read("\(SharedMaterial.seedData)/\(name)")
  }

  @Test func readsAccuracies() throws {
    let array = try #require(try read("accuracies_cls_sd15.pt").array)
    #expect(array.shape == [45, 5, 4] && array.dtype == .float32)
    #expect(array.floats().allSatisfy { (0...1).contains($0) })
  }

  @Test func readsGroupSimilarities() throws {
    guard case .dict(let layers) = try read("results_group_similarities_sd15.pt") else {
      Issue.record("expected a dict")
      return
    }
    #expect(layers.count == 45 && layers.first?.key == "conv_in")
    for (_, pair) in layers {
      #expect(pair.elements?.compactMap(\.array?.shape) == [[3, 3], [3, 3]])
    }
  }

  @Test(arguments: ["mean", "std"])
  func readsNumPyInsideTorch(_ kind: String) throws {
    let array = try #require(try read("up1_anomaly_norms_\(kind)_sd15.pt").array)
    #expect(array.shape == [45] && array.dtype == .float64)
    #expect(array.doubles().allSatisfy { $0 > 0 && $0 < 10 })
  }

  @Test func readsLabels() throws {
    let array = try #require(try read("high_norm_anomalies_sd15.npy").array)
    #expect(array.shape == [196, 3] && array.dtype == .int64)
    #expect(array.int64s()?.allSatisfy { $0 >= 0 } == true)
  }

  @Test func readsNestedNormMaps() throws {
    guard case .dict(let models) = try read("mean_norm_maps_thesis.pt") else {
      Issue.record("expected a dict")
      return
    }
    #expect(models.count == 5)
    #expect(models.allSatisfy { $0.value["conv_in"]?.array?.shape.count == 2 })
  }

  @Test func readsHistograms() throws {
    #expect(try read("histograms_norm_cossim_sd15.pt").array?.shape == [11, 3, 100, 100])
    #expect(try read("histograms_norm_cossim_sd15_limits.pt").array?.shape == [11, 3, 2])
  }
}
