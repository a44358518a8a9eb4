import Audit
import Files
import Foundation
import TestSupport
import Testing

@Suite("The audit as a program", .serialized)
struct AuditProgramTests {
  private let work = TemporaryFolder()
  private static let pictures = try? AuditRunner.pictures(3, side: 256)

  private func arguments(_ output: String, _ more: [String] = []) throws -> [String] {
    let pictures = try #require(Self.pictures)
    return [
      "audit", "--model", AuditRunner.checkpoint, "--name", "tiny", "--images", pictures.path,
      "--output", output, "--templates", Folder.join(SharedMaterial.repository, "Templates"),
      "--data", work.path,
    ] + more
  }

  private func run(
    _ output: String, _ more: [String] = [], killedAt stop: ((String) -> Bool)? = nil
  ) throws -> AuditRunner.Result {
    try AuditRunner.run(try arguments(output, more), in: work.path, killedAt: stop)
  }

  /// Paths below `folder` with the hashes of their contents, hidden ones too.
  private func contents(_ folder: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where Folder.isFile(Folder.join(folder, path)) {
      found[path] = try SHA256Hex.ofFile(Folder.join(folder, path))
    }
    return found
  }

  @Test("Everything is written; killed at three places it goes on to the same bytes")
  func resume() throws {
    let whole = work.file("whole")
    let first = try run(whole)
    #expect(first.status == 0, "\(first.errors)")
    #expect(
      first.output == "\(whole)/index.html\n\(whole)/audit.json\n")
    let expected = try contents(whole)
    for file in [
      "index.html", "audit.json", "SHA256SUMS", "provenance_tiny.json", "accuracies_cls_tiny.pt",
      "results_group_similarities_tiny.pt", "representation_norms_tiny.pt",
      "histograms_norm_cossim_tiny.pt", "anomalous_tokens_tiny.safetensors",
      "high_norm_anomalies_auto_tiny.npy", "figures/quantitative-tiny.svg",
      "figures/quantitative-tiny.pdf", "figures/quantitative-tiny.png",
      "figures/anomalous-tokens-tiny.png",
    ] { #expect(expected[file] != nil, "\(file)") }
    #expect(!expected.keys.contains { $0.hasPrefix(".cache") })

    let cut = work.file("cut")
    for place in ["Extracting representations", "Training probes", "Drawing the report"] {
      let killed = try run(cut) { $0.hasPrefix(place) }
      #expect(killed.isSignalled, "\(place): \(killed.errors)")
    }
    let last = try run(cut)
    #expect(last.status == 0, "\(last.errors)")
    #expect(!last.errors.contains("Extracting"), "\(last.errors)")
    #expect(try contents(cut) == expected)

    // Once more: nothing is computed again, and nothing changes.
    let again = try run(whole)
    #expect(again.status == 0 && !again.errors.contains("Training probes"))
    #expect(try contents(whole) == expected)
  }

  @Test("--check tells by exit status and names what does not hold")
  func exitStatus() throws {
    let output = work.file("checked")
    let loose = work.file("loose.yaml")
    try AtomicFile.write(
      Array(
        """
        position-accuracy: 1
        corner-similarity: off
        border-similarity: off
        corner-norm: off
        largest-norm: off
        anomalous-images: 1
        """.utf8), to: loose)
    let holds = try run(output, ["--check", "--criteria", loose])
    #expect(holds.status == 0, "\(holds.errors)")
    let strict = work.file("strict.yaml")
    try AtomicFile.write(Array("position-accuracy: 0\nlayers: [conv_in]".utf8), to: strict)
    let fails = try run(output, ["--check", "--criteria", strict])
    #expect(fails.status == 2, "\(fails.errors)")
    #expect(fails.output.hasPrefix("conv_in: position-accuracy: expected at most 0.0 %, found "))
    // Without --check a report is a report.
    #expect(try run(output, ["--criteria", strict]).status == 0)
    let wrong = work.file("wrong.yaml")
    try AtomicFile.write(Array("position-acuracy: 0".utf8), to: wrong)
    let error = try run(output, ["--check", "--criteria", wrong])
    #expect(error.status == 1)
    #expect(error.errors.contains("did you mean position-accuracy?"))
    #expect(error.output.isEmpty)
  }

  @Test("audit.json holds what docs/FORMATS.md says, and the page the same numbers")
  func document() throws {
    let output = work.file("documented")
    let result = try run(output, ["--limit", "2", "--quiet"])
    #expect(result.status == 0, "\(result.errors)")
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(output)/audit.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(root.keys) == [
        "format", "version", "command", "model", "images", "options", "criteria", "holds", "clean",
        "layers", "anomalies", "compared", "arrays",
      ])
    #expect(root["format"] as? Int == 1)
    #expect((root["images"] as? [String: Any])?["count"] as? Int == 2)
    let layers = try #require(root["layers"] as? [[String: Any]])
    #expect(layers.count == 45)
    for layer in layers {
      #expect(
        Set(layer.keys) == [
          "index", "name", "block", "tokens", "judged", "clean", "position", "similarity", "norms",
          "labelled", "criteria",
        ])
      let positions = try #require(layer["position"] as? [[String: Any]])
      #expect(positions.compactMap { $0["cells"] as? Int } == [8, 16, 32, 64])
      for position in positions {
        let accuracy = try #require(position["accuracy"] as? Double)
        #expect((0...1).contains(accuracy))
      }
      for case let judgement as [String: Any] in (layer["criteria"] as? [String: Any] ?? [:]).values
      {
        guard let value = judgement["value"] as? Double, let limit = judgement["max"] as? Double
        else { continue }
        #expect(judgement["holds"] as? Bool == (value <= limit))
      }
    }
    let html = try String(contentsOfFile: "\(output)/index.html", encoding: .utf8)
    let clean = try #require(root["clean"] as? [String])
    #expect(
      html.contains(clean.isEmpty ? "None of 45 layers" : "\(clean.count) of 45 layers"))
    for name in clean { #expect(html.contains("<code>\(name)</code>")) }
    // No path of this machine gets into anything.
    #expect(!html.contains(work.path))
    #expect(!String(decoding: data, as: UTF8.self).contains(work.path))
  }

  @Test(
    "Other pipelines are refused by name before anything is done",
    arguments: [
      ("StableDiffusionXLPipeline", "SDXL"), ("StableDiffusion3Pipeline", "SD3"),
      ("FluxPipeline", "FLUX"), ("KandinskyPipeline", "KandinskyPipeline"),
    ])
  func otherPipelines(_ name: String, _ family: String) throws {
    let model = work.file("other")
    try AtomicFile.write(
      Array("{\"_class_name\": \"\(name)\"}".utf8), to: "\(model)/model_index.json")
    let pictures = try #require(Self.pictures)
    let result = try AuditRunner.run(
      ["audit", "--model", model, "--images", pictures.path, "--output", work.file("none")],
      in: work.path)
    #expect(result.status == 1)
    #expect(result.errors.contains(family), "\(result.errors)")
    #expect(result.errors.contains("supported are Stable Diffusion 1.x"), "\(result.errors)")
    #expect(!Folder.isFolder(work.file("none")))
  }

  @Test(
    "What cannot be is said in a sentence",
    arguments: [
      (["--compare", "mini"], "mini"), (["--memory", "64M", "--labels", "none.npy"], "none.npy"),
      (["--limit", "0"], "--limit: expected 1 or more"),
      (["--templates", "nowhere"], "nowhere"), (["--timestep", "2000"], "expected 0 to 999"),
    ])
  func refusals(_ more: [String], _ expected: String) throws {
    let result = try run(work.file("refused"), more)
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains(expected), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test("Two models in one folder stand side by side; a foreign page is not replaced")
  func oneFolder() throws {
    let output = work.file("both")
    #expect(try run(output, ["--limit", "2"]).status == 0)
    let pictures = try #require(Self.pictures)
    let second = [
      "audit", "--model", Folder.join(SharedMaterial.fixtures, "tiny/sd2"), "--images",
      pictures.path, "--limit", "2", "--output", output, "--data", output, "--compare", "tiny",
      "--templates", Folder.join(SharedMaterial.repository, "Templates"),
    ]
    let result = try AuditRunner.run(second, in: work.path)
    #expect(result.status == 0, "\(result.errors)")
    let html = try String(contentsOfFile: "\(output)/index.html", encoding: .utf8)
    #expect(html.contains("Beside other models"))
    #expect(Folder.isFile("\(output)/figures/comparison.svg"))
    #expect(!Folder.isFile("\(output)/figures/quantitative-tiny.svg"))
    let foreign = work.file("foreign")
    try AtomicFile.write(Array("mine".utf8), to: "\(foreign)/index.html")
    let refused = try run(foreign)
    #expect(refused.status == 1 && refused.errors.contains("not ours to replace"))
    #expect(!refused.errors.contains("Extracting"))
  }

  @Test("Pictures that are not square leave out what needs squares, and the rest is reported")
  func notSquare() throws {
    let pictures = try AuditRunner.pictures(2, side: 256, width: 320)
    let result = try AuditRunner.run(
      [
        "audit", "--model", AuditRunner.checkpoint, "--images", pictures.path, "--output",
        work.file("wide"), "--data", work.path, "--templates",
        Folder.join(SharedMaterial.repository, "Templates"),
      ], in: work.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("warning: left out position"))
    let html = try String(contentsOfFile: "\(work.file("wide"))/index.html", encoding: .utf8)
    #expect(html.contains("Tokens of anomalous norm"))
    #expect(html.contains("no layer has it"))
  }
}
