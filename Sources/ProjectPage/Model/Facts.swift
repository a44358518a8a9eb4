import Figures
import Files
import Layers
import Tensors

/// Numbers about one model that prose may name, read off the curves of its figure.
///
/// So the text says what the figure shows. Names are those of ``names``; docs/PAGE.md tells authors.
struct Facts: Sendable {
  /// A number, or why there is none.
  enum Fact: Sendable {
    case value(String)
    /// The array holds something there that is no number.
    case notFinite(String)
  }

  var facts: [String: Fact] = [:]
  /// Files beside the figures' that facts were taken from, labels among them.
  var sources: [Figure.Source] = []

  /// Every name that a model can have.
  static let names: Set<String> = {
    var names: Set<String> = ["name", "labels.count", "labels.images", "labels.kind"]
    let blocks = Layer.blockOutputs.map(\.block.label)
    for curve in curves {
      for part in ["max", "maxLayer", "min", "minLayer", "layers"] + blocks {
        names.insert("\(curve.name).\(part)")
      }
      for limit in curve.limits { names.insert("\(curve.name).above\(limit)") }
      if curve.chance != nil { names.insert("\(curve.name).chance") }
    }
    return names.union(arrayNames)
  }()

  /// A curve of the quantitative figure that facts are read off.
  private struct Source: Sendable {
    let name: String
    let curve: String
    let kind: ArrayKind
    let places: Int
    /// Layers above these values are counted.
    let limits: [Int]
    var chance: Double?
  }

  private static let curves =
    [8, 16, 32, 64].map {
      Source(
        name: "position\($0)", curve: "accuracy-\($0)x\($0)", kind: .accuracies, places: 1,
        limits: [50, 90], chance: 100 / Double($0))
    } + [
      Source(name: "corner", curve: "corner", kind: .groupSimilarities, places: 2, limits: [1]),
      Source(name: "border", curve: "border", kind: .groupSimilarities, places: 2, limits: [1]),
      Source(name: "anomaly", curve: "anomalies", kind: .anomalyMeans, places: 2, limits: [1, 2]),
    ]

  /// The facts of `model` from its quantitative figure and its labels.
  ///
  /// - Throws: ``PageError`` where the label file is there but cannot be read.
  init(model: String, name: String, figure: Figure?, data: DataFolder) throws(PageError) {
    facts["name"] = .value(name)
    for source in Self.curves {
      for panel in figure?.panels ?? [] {
        for case .curve(let curve) in panel.marks where curve.id == source.curve {
          add(source, curve.y, file: source.kind.fileName(model), data)
        }
      }
    }
    try addLabels(model, data)
    try addArrays(model, data)
  }

  private mutating func add(_ source: Source, _ y: [Double], file: String, _ data: DataFolder) {
    let layers = Layer.experiments
    // A layer that a file of this kind does not have is absent, which is no fault.
    var known = Array(y.indices)
    let gaps = y.indices.filter { !y[$0].isFinite }
    if !gaps.isEmpty, source.kind == .groupSimilarities,
      let archive = try? ArrayFile.read(Folder.join(data.path, file))
    {
      known = known.filter { archive[layers[$0].name] != nil }
    }
    /// A fact over `members`; one value that is no number makes it none.
    func set(_ part: String, over members: [Int], _ text: String) {
      let bad = members.first { !y[$0].isFinite }
      let reason = bad.map { "\(file) holds \(y[$0]) at \(layers[$0].name)" }
      facts["\(source.name).\(part)"] = reason.map(Fact.notFinite) ?? .value(text)
    }
    func number(_ value: Double) -> String { Decimal.string(value, places: source.places) }
    guard let most = known.max(by: { y[$0] < y[$1] }), let least = known.min(by: { y[$0] < y[$1] })
    else { return }
    set("max", over: known, number(y[most]))
    set("maxLayer", over: known, layers[most].name)
    set("min", over: known, number(y[least]))
    set("minLayer", over: known, layers[least].name)
    set("layers", over: [], "\(known.count)")
    for limit in source.limits {
      set("above\(limit)", over: known, "\(known.count { y[$0] > Double(limit) })")
    }
    if let chance = source.chance { set("chance", over: [], number(chance)) }
    for block in Layer.blockOutputs.map(\.block) {
      let members = known.filter { layers[$0].block == block }
      if let most = members.max(by: { y[$0] < y[$1] }) {
        set(block.label, over: members, number(y[most]))
      }
    }
  }

  private mutating func addLabels(_ model: String, _ data: DataFolder) throws(PageError) {
    for (name, kind) in [(model, "labelled by hand"), ("auto_\(model)", "found automatically")] {
      let file = ArrayKind.labels.fileName(name)
      // What the detector found says nothing of norms at places that a person labelled.
      let isAutomatic = name != model
      guard data.has(file), !isAutomatic || data.hasAutomaticLabels(model) else { continue }
      let path = Folder.join(data.path, file)
      let archive: Archive
      do { archive = try ArrayFile.read(path) } catch {
        throw PageError(path, error.reason)
      }
      guard let array = archive.array, array.shape.count == 2, array.shape[1] == 3,
        let values = array.int64s()
      else { throw PageError(path, "expected labels, int64 [N, 3]") }
      let images = Set(stride(from: 0, to: values.count, by: 3).map { values[$0] })
      facts["labels.count"] = .value("\(array.shape[0])")
      facts["labels.images"] = .value("\(images.count)")
      facts["labels.kind"] = .value(kind)
      do { sources.append(Figure.Source(name: file, sha256: try SHA256Hex.ofFile(path))) } catch {
        throw PageError([PageProblem(error)])
      }
      return
    }
  }
}
