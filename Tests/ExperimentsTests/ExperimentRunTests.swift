import Experiments
import Files
import Foundation
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Experiment runs")
struct ExperimentRunTests {
  private static let identity = ModelIdentity(
    checkpoint: "pattern", hash: String(repeating: "0", count: 64), options: [:])

  /// Eleven pictures of 192 x 192 pixels: maps of 24, 12, 6 and 3 tokens a side.
  private static let images = {
    let folder = TemporaryFolder()
    do { try TestImages.write(11, side: 192, to: folder.path) } catch {
      Issue.record("cannot write test images: \(error)")
    }
    return folder
  }()

  private static func settings(
    _ output: TemporaryFolder, experiments: Set<Experiment>? = nil
  ) -> RunSettings {
    var settings = RunSettings(
      name: "pattern", images: images.path, output: output.path, experiments: experiments)
    settings.batchSize = 4
    settings.labels = .automatic
    return settings
  }

  @discardableResult
  private static func run(
    _ settings: RunSettings, source: PatternSource = PatternSource(),
    progress: any ProgressSink = SilentProgress()
  ) throws -> [String] {
    try ExperimentRun(settings, model: identity).run(
      version: "test", command: "unetlens experiments", progress: progress
    ) { () throws(ExperimentError) in source }
  }

  /// File names and bytes of a folder, and whether anything hidden is in it.
  private static func contents(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try Folder.names(in: folder.path) {
      let file = try MappedFile(folder.file(name))
      files[name] = file.withBytes { Array($0) }
    }
    return files
  }

  @Test("Every experiment writes its files, and two runs the same bytes")
  func files() throws {
    let first = TemporaryFolder()
    let second = TemporaryFolder()
    let source = PatternSource()
    try Self.run(Self.settings(first), source: source)
    try Self.run(Self.settings(second))
    let files = try Self.contents(first)
    #expect(
      files.keys.sorted() == [
        "accuracies_cls_pattern.pt", "corner_maps_pattern.safetensors",
        "feature_views_pattern.safetensors",
        "high_norm_anomalies_auto_pattern.npy",
        "histograms_norm_cossim_pattern.pt", "histograms_norm_cossim_pattern_limits.pt",
        "inputs_pattern.safetensors",
        "mean_norm_maps_pattern.safetensors", "noise_levels_pattern.safetensors",
        "norm_distributions_pattern.safetensors", "norm_scatter_pattern.safetensors",
        "norm_timesteps_pattern.safetensors",
        "position_maps_pattern.safetensors", "position_probes_pattern.safetensors",
        "provenance_pattern.json", "representation_norms_pattern.pt",
        "results_group_similarities_pattern.pt", "similarity_grids_pattern.safetensors",
        "up1_anomaly_norms_mean_pattern.pt",
        "up1_anomaly_norms_std_pattern.pt",
      ])
    #expect(try Self.contents(second) == files)
    // 11 images whole at 3 timesteps, and cropped for 4 token sizes.
    #expect(source.passes == 11 * 7)
  }

  @Test("The arrays have the published shapes")
  func shapes() throws {
    let output = TemporaryFolder()
    try Self.run(Self.settings(output))
    func read(_ name: String) throws -> Archive { try ArrayFile.read(output.file(name)) }
    let accuracies = try #require(try read("accuracies_cls_pattern.pt").array)
    #expect(accuracies.shape == [45, 5, 4] && accuracies.dtype == .float32)
    let groups = try read("results_group_similarities_pattern.pt")
    for layer in Layer.experiments {
      let pair = try #require(groups[layer.name]?.elements)
      let shapes = pair.map { $0.array?.shape }
      #expect(shapes == [[3, 3], [3, 3]])
    }
    let norms = try read("representation_norms_pattern.pt")
    #expect(norms["conv_out"]?.array?.shape == [11, 24, 24])
    #expect(norms["mid_block.attentions[0]"]?.array?.shape == [11, 3, 3])
    let mean = try #require(try read("up1_anomaly_norms_mean_pattern.pt").array)
    #expect(mean.shape == [45] && mean.dtype == .float64)
    let counts = try #require(try read("histograms_norm_cossim_pattern.pt").array)
    #expect(counts.shape == [11, 3, 100, 100] && counts.dtype == .float32)
    let limits = try #require(try read("histograms_norm_cossim_pattern_limits.pt").array)
    #expect(limits.shape == [11, 3, 2])
    let maps = try SafeTensors(output.file("mean_norm_maps_pattern.safetensors"))
    #expect(Set(maps.names) == Set(Layer.blockOutputs.map(\.name)))
    #expect(maps.shape(of: "up_blocks[1]") == [12, 12])
    let probes = try SafeTensors(output.file("position_probes_pattern.safetensors"))
    #expect(probes.shape(of: "conv_in.weight") == [48, 12])
    let grids = try SafeTensors(output.file("similarity_grids_pattern.safetensors"))
    #expect(grids.shape(of: "up_blocks[1]") == [4, 12, 12])
    #expect(grids.shape(of: "images") == [4, 128, 128, 3])
    let own = try grids.array(named: "conv_in").floats()
    // The reference token, row 9 and column 12 of 24, is most similar to itself.
    expectClose(own[9 * 24 + 12], 1, within: 1e-5)
    let corners = try SafeTensors(output.file("corner_maps_pattern.safetensors"))
    #expect(corners.shape(of: "tiles/mid_block") == [3, 3, 3, 3])
    let tiles = try corners.array(named: "tiles/mid_block").floats()
    expectClose(tiles[4 * 9 + 4], 1, within: 1e-5)
    expectClose(tiles[1 * 9 + 5], tiles[5 * 9 + 1], within: 1e-5)
    let places = try SafeTensors(output.file("position_maps_pattern.safetensors"))
    #expect(places.shape(of: "conv_in") == [3, 24, 24, 2])
    let steps = try SafeTensors(output.file("norm_timesteps_pattern.safetensors"))
    #expect(steps.shape(of: "conv_out") == [4, 3, 24, 24])
    let views = try SafeTensors(output.file("feature_views_pattern.safetensors"))
    #expect(views.shape(of: "up_blocks[1]/components") == [4, 12, 12, 3])
    #expect(views.shape(of: "conv_in/clusters") == [4, 24, 24])
    let noise = try SafeTensors(output.file("noise_levels_pattern.safetensors"))
    #expect(noise.shape(of: "images") == [5, 128, 128, 3])
    #expect(try noise.array(named: "timesteps").int64s() == [0, 50, 200, 500, 999])
    let distributions = try SafeTensors(output.file("norm_distributions_pattern.safetensors"))
    #expect(distributions.shape(of: "up_blocks[1]/largest") == [11])
    let counts11 = try distributions.array(named: "up_blocks[1]/counts").doubles()
    #expect(counts11.reduce(0, +) == 11 * 144)
    let inputs = try SafeTensors(output.file("inputs_pattern.safetensors"))
    #expect(inputs.shape(of: "accuracies/noised") == [5, 4])
    #expect(inputs.shape(of: "groups/latents") == [2, 3, 3])
  }

  @Test(
    "A run stopped anywhere goes on and ends with the same bytes", arguments: [0, 3, 5, 40, 70])
  func resume(stop: Int) throws {
    let whole = TemporaryFolder()
    try Self.run(Self.settings(whole))
    let stopped = TemporaryFolder()
    let first = PatternSource()
    first.failsAfter = stop
    #expect(throws: ExperimentError("stopped")) {
      try Self.run(Self.settings(stopped), source: first)
    }
    #expect(try Folder.names(in: stopped.path) == [".cache"])
    let second = PatternSource()
    try Self.run(Self.settings(stopped), source: second)
    // Whole batches that were done are not done again.
    #expect(second.passes <= 77 - stop + 3)
    #expect(try Self.contents(stopped) == (try Self.contents(whole)))
  }

  @Test("Work done but not yet put together needs no network")
  func merge() throws {
    let whole = TemporaryFolder()
    try Self.run(Self.settings(whole))
    let output = TemporaryFolder()
    // A folder in the way of a file stops the run at its very end.
    let obstacle = output.file("accuracies_cls_pattern.pt")
    try Folder.create(Folder.join(obstacle, "x"))
    #expect(throws: ExperimentError.self) { try Self.run(Self.settings(output)) }
    rmdir(Folder.join(obstacle, "x"))
    rmdir(obstacle)
    let source = PatternSource()
    try Self.run(Self.settings(output), source: source)
    #expect(source.passes == 0)
    #expect(try Self.contents(output) == (try Self.contents(whole)))
  }

  @Test("Little memory gives the same bytes: tokens are gathered from the disk")
  func memory() throws {
    let smallest = 64 << 20
    // More than half of the memory, even where one core has it all.
    let channels = 1536
    #expect(11 * 24 * 24 * channels * 4 > smallest / 2)
    var contents: [[String: [UInt8]]] = []
    for memory in [smallest, 8 << 30] {
      let output = TemporaryFolder()
      let source = PatternSource()
      source.wide = (Layer(.convIn), channels)
      var settings = Self.settings(output, experiments: [.position])
      settings.memory = memory
      try Self.run(settings, source: source)
      contents.append(try Self.contents(output))
    }
    #expect(contents[0] == contents[1])
  }

  @Test("A second run replaces only its own files and provenance entries")
  func second() throws {
    let output = TemporaryFolder()
    try Self.run(Self.settings(output, experiments: [.norms]))
    let before = try Self.contents(output)
    var settings = Self.settings(output, experiments: [.tokenGroups])
    settings.limit = 5
    try Self.run(settings)
    let after = try Self.contents(output)
    #expect(after["representation_norms_pattern.pt"] == before["representation_norms_pattern.pt"])
    let provenance = try Provenance.read(
      output.file("provenance_pattern.json"), name: "pattern")
    #expect(
      provenance.arrays.keys.sorted() == [
        "mean_norm_maps_pattern.safetensors", "norm_distributions_pattern.safetensors",
        "representation_norms_pattern.pt",
        "results_group_similarities_pattern.pt",
      ])
    #expect(provenance.arrays["representation_norms_pattern.pt"]?.imageCount == 11)
    let groups = try #require(provenance.arrays["results_group_similarities_pattern.pt"])
    #expect(groups.imageCount == 5 && groups.corrected?.count == 45)
    #expect(provenance.images.count == 2)
  }

  @Test("No labels: NaN for all layers")
  func noLabels() throws {
    let output = TemporaryFolder()
    let labels = output.file("none.npy")
    try NPY.write(LabelFile.array([]), to: labels)
    var settings = Self.settings(output, experiments: [.anomalies])
    settings.labels = .file(labels)
    try Self.run(settings)
    for kind in ["mean", "std"] {
      let array = try ArrayFile.read(output.file("up1_anomaly_norms_\(kind)_pattern.pt")).array
      let gaps = array?.doubles().count { $0.isNaN }
      #expect(gaps == 45 && array?.count == 45)
    }
  }

  @Test("What cannot be done is an error by name and a warning in the default list")
  func feasibility() throws {
    let output = TemporaryFolder()
    var settings = Self.settings(output)
    settings.limit = 1
    settings.labels = .none
    let run = try ExperimentRun(settings, model: Self.identity)
    #expect(run.settings.experiments == [.tokenGroups, .norms, .histograms, .maps])
    #expect(run.warnings.count == 3)
    settings = Self.settings(output, experiments: [.position])
    settings.limit = 1
    let error = #expect(throws: ExperimentError.self) {
      try ExperimentRun(settings, model: Self.identity)
    }
    #expect(error?.description.contains("at least 2 images") == true)
  }

  @Test("Images too small for a crop name the layer")
  func small() throws {
    let folder = TemporaryFolder()
    try TestImages.write(2, side: 128, to: folder.path)
    var settings = Self.settings(TemporaryFolder(), experiments: [.tokenGroups])
    settings.images = folder.path
    let error = #expect(throws: ExperimentError.self) {
      try ExperimentRun(settings, model: Self.identity)
    }
    #expect(error?.description.contains("down_blocks[2].downsamplers[0]") == true)
  }

  @Test("Unreadable images are all named, another size is refused")
  func badImages() throws {
    let folder = TemporaryFolder()
    try TestImages.write(3, side: 192, to: folder.path)
    try AtomicFile.write(Array("no picture".utf8), to: folder.file("00.png"))
    try AtomicFile.write([UInt8](), to: folder.file("02.png"))
    var settings = Self.settings(TemporaryFolder())
    settings.images = folder.path
    var error = #expect(throws: ExperimentError.self) {
      try ExperimentRun(settings, model: Self.identity)
    }
    #expect(error?.description.contains("00.png") == true)
    #expect(error?.description.contains("02.png") == true)
    try TestImages.write(0, width: 192, height: 192, to: folder.path)
    try TestImages.write(2, width: 192, height: 184, to: folder.path)
    error = #expect(throws: ExperimentError.self) {
      try ExperimentRun(settings, model: Self.identity)
    }
    #expect(error?.description.contains("02.png: expected 192x192") == true)
  }

  @Test("Labels outside the images or the map are refused, those beyond a limit dropped")
  func labels() throws {
    let output = TemporaryFolder()
    let file = output.file("labels.npy")
    let labels = [AnomalyLabel(image: 2, x: 4, y: 6), AnomalyLabel(image: 9, x: 0, y: 0)]
    try NPY.write(LabelFile.array(labels), to: file)
    #expect(try LabelFile.read(file, images: 10, available: 10, side: 12) == labels)
    #expect(try LabelFile.read(file, images: 5, available: 10, side: 12) == [labels[0]])
    #expect(throws: ExperimentError.self) {
      try LabelFile.read(file, images: 5, available: 5, side: 12)
    }
    #expect(throws: ExperimentError.self) {
      try LabelFile.read(file, images: 10, available: 10, side: 6)
    }
    try NPY.write(NDArray([Float(1), 2, 3, 4], shape: [2, 2]), to: file)
    #expect(throws: ExperimentError.self) {
      try LabelFile.read(file, images: 10, available: 10, side: 12)
    }
  }
}
