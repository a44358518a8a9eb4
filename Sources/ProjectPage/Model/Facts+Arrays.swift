import Figures
import Files
import Foundation
import Layers
import Tensors

/// Facts that no curve of the quantitative figure shows, read off small arrays.
extension Facts {
  /// Their names: docs/PAGE.md tells authors.
  static let arrayNames: Set<String> = {
    var names: Set<String> = ["images.count", "input.corner", "input.border"]
    for size in sizes { names.formUnion(["input.position\(size)", "input.clean\(size)"]) }
    for block in Layer.blockOutputs.map(\.block.label) {
      names.formUnion([
        "outlier.\(block)", "outlierMost.\(block)", "cornerNorm.\(block)", "borderNorm.\(block)",
      ])
    }
    return names
  }()

  private static let sizes = [8, 16, 32, 64]

  /// Reads what is there of `model`.
  ///
  /// - Throws: ``PageError`` where an array is there but wrong.
  mutating func addArrays(_ model: String, _ data: DataFolder) throws(PageError) {
    try addInputs(model, data)
    try addOutliers(model, data)
    try addMeanNorms(model, data)
    try addImages(model, data)
  }

  /// What the noised latents give: accuracies in percent, relative similarities.
  private mutating func addInputs(_ model: String, _ data: DataFolder) throws(PageError) {
    let inputs: Inputs?
    do throws(FigureError) { inputs = try Inputs.read(data, model: model) } catch {
      throw PageError([PageProblem(figure: error, path: data.path)])
    }
    guard let inputs else { return }
    sources.append(inputs.source)
    for (place, size) in Self.sizes.enumerated() {
      set("input.position\(size)", inputs.accuracies.map { 100 * $0[place] }, places: 1)
      set("input.clean\(size)", inputs.cleanAccuracies.map { 100 * $0[place] }, places: 1)
    }
    set("input.corner", inputs.corner, places: 2)
    set("input.border", inputs.border, places: 2)
  }

  /// Each image's largest norm over its median norm: mean and largest over images.
  private mutating func addOutliers(_ model: String, _ data: DataFolder) throws(PageError) {
    guard let archive = try read(.normDistributions, model, data) else { return }
    for block in Layer.blockOutputs {
      guard let ratios = archive["\(block.name)/largest"]?.array?.doubles(), !ratios.isEmpty
      else { continue }
      let label = block.block.label
      set("outlier.\(label)", ratios.reduce(0, +) / Double(ratios.count), places: 2)
      set("outlierMost.\(label)", ratios.max(), places: 2)
    }
  }

  /// The mean norm of corner and border tokens over that of the tokens inside.
  private mutating func addMeanNorms(_ model: String, _ data: DataFolder) throws(PageError) {
    guard let archive = try read(.meanNormMaps, model, data) else { return }
    for block in Layer.blockOutputs {
      guard let map = archive[block.name]?.array, map.shape.count == 2,
        map.shape.allSatisfy({ $0 > 2 })
      else { continue }
      var sums = [0.0, 0.0, 0.0]
      var counts = [0.0, 0.0, 0.0]
      let (rows, columns) = (map.shape[0], map.shape[1])
      for (token, norm) in map.doubles().enumerated() {
        let edges =
          ([0, rows - 1].contains(token / columns) ? 1 : 0)
          + ([0, columns - 1].contains(token % columns) ? 1 : 0)
        sums[edges] += norm
        counts[edges] += 1
      }
      let label = block.block.label
      let inside = sums[0] / counts[0]
      set("cornerNorm.\(label)", sums[2] / counts[2] / inside, places: 2)
      set("borderNorm.\(label)", sums[1] / counts[1] / inside, places: 2)
    }
  }

  /// How many images the position accuracies, or else the similarities, are from.
  private mutating func addImages(_ model: String, _ data: DataFolder) throws(PageError) {
    struct Record: Decodable {
      struct Entry: Decodable { var imageCount: Int? }
      var arrays: [String: Entry]
    }
    let name = "provenance_\(model).json"
    // A file that is no provenance file is complained of where origins are read.
    guard data.has(name), let file = try? MappedFile(Folder.join(data.path, name)),
      let record = try? JSONDecoder().decode(Record.self, from: file.withBytes { Data($0) })
    else { return }
    let count = [ArrayKind.accuracies, .groupSimilarities].lazy.compactMap {
      record.arrays[$0.fileName(model)]?.imageCount
    }.first
    set("images.count", count.map(Double.init), places: 0)
  }

  /// The file of a kind, noted as a source; nil where there is none.
  private mutating func read(
    _ kind: ArrayKind, _ model: String, _ data: DataFolder
  ) throws(PageError) -> Archive? {
    let file = kind.fileName(model)
    guard data.has(file) else { return nil }
    let path = Folder.join(data.path, file)
    do {
      let archive = try ArrayFile.read(path)
      sources.append(Figure.Source(name: file, sha256: try SHA256Hex.ofFile(path)))
      return archive
    } catch let error as TensorError {
      throw PageError(path, error.reason)
    } catch let error as FileError {
      throw PageError([PageProblem(error)])
    } catch {
      throw PageError(path, "\(error)")
    }
  }

  private mutating func set(_ name: String, _ value: Double?, places: Int) {
    guard let value else { return }
    facts[name] =
      value.isFinite
      ? .value(Decimal.string(value, places: places)) : .notFinite("\(name) is \(value)")
  }
}
