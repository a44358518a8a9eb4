import Files
import Foundation
import Layers
import ProjectPage
import Tensors
import TestSupport

/// A data folder, a copy of the project's templates, and what is built from them.
final class TestSite {
  let folder = TemporaryFolder()
  var data: String { folder.file("data") }
  var templates: String { folder.file("Templates") }
  var output: String { folder.file("site") }

  init(models: [String] = ["sd15", "mini"]) throws {
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(SharedMaterial.repository)/Templates", toPath: templates)
    for (index, model) in models.enumerated() { try addArrays(model, phase: index) }
  }

  /// Smooth made-up arrays of all 45 layers, as the experiments write them.
  func addArrays(_ model: String, phase: Int, accuracy: [Int: Float] = [:]) throws {
    let layers = Layer.experiments
    var accuracies: [Float] = []
    for layer in layers.indices {
      for _ in 0..<5 {
        for size in 0..<4 {
          let value = 0.5 + 0.4 * sin(Float(layer + phase) / 9) - 0.05 * Float(size)
          accuracies.append(accuracy[layer] ?? value)
        }
      }
    }
    try write(.array(NDArray(accuracies, shape: [45, 5, 4])), "accuracies_cls_\(model).pt")
    let groups = layers.map { layer -> (key: String, value: Archive) in
      let cropped = NDArray(
        [0.6, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.3] as [Float], shape: [3, 3])
      let whole = NDArray([0.4, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.3] as [Float], shape: [3, 3])
      return (layer.name, .list([.array(cropped), .array(whole)]))
    }
    try write(.dict(groups), "results_group_similarities_\(model).pt")
  }

  func write(_ archive: Archive, _ name: String) throws {
    try TorchArchive.write(archive, to: "\(data)/\(name)")
  }

  var builder: PageBuilder {
    PageBuilder(
      data: data, content: "\(templates)/content.yaml", templates: templates, software: "test")
  }

  func build() throws -> Site { try builder.build() }

  /// Replaces text in a template or the content file.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let path = "\(templates)/\(name)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    precondition(text.contains(old))
    try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// The number of the first line of a file that contains `text`.
  func line(of text: String, in name: String) throws -> Int {
    let all = try String(contentsOfFile: "\(templates)/\(name)", encoding: .utf8)
    let lines = all.split(separator: "\n", omittingEmptySubsequences: false)
    return (lines.firstIndex { $0.contains(text) } ?? -1) + 1
  }

  /// What building complains about.
  func problems() -> [String] {
    do {
      _ = try build()
      return []
    } catch {
      return (error as? PageError)?.problems.map(\.description) ?? ["\(error)"]
    }
  }
}
