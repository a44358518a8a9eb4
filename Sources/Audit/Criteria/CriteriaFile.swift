import Experiments
import Files
import Layers
import ProjectPage
import Yams

/// Criteria files: YAML, one key a criterion with its upper limit or `off`, and `layers`.
///
/// What a file does not name keeps its default.
public enum CriteriaFile {
  /// Files larger than this are none.
  private static let largest = 1 << 20

  /// Reads the file at `path`.
  ///
  /// - Throws: ``AuditError`` with file and line: unknown keys (and the near one), values out of range.
  public static func read(_ path: String) throws(AuditError) -> Criteria {
    let text: String
    do throws(FileError) {
      let file = try MappedFile(path)
      guard file.count <= largest else {
        throw FileError(path: path, "\(path): expected a criteria file, found \(file.count) bytes")
      }
      text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    } catch { throw AuditError(error) }
    var criteria = try parse(text, path: path)
    criteria.file = Folder.name(of: path)
    return criteria
  }

  /// Reads `text` as the file `path`.
  static func parse(_ text: String, path: String) throws(AuditError) -> Criteria {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch let error as YamlError {
      throw AuditError("\(path): expected YAML: \(sentence(error))")
    } catch { throw AuditError("\(path): expected YAML: \(error)") }
    var criteria = Criteria()
    guard let node else { return criteria }
    guard case .mapping(let mapping) = node else {
      throw AuditError(
        "\(path): expected lines such as \"position-accuracy: 0.5\", found a list or text")
    }
    for (key, value) in mapping {
      let place = "\(path):\(key.mark?.line ?? 1)"
      let name = key.string ?? ""
      if name == "layers" {
        criteria.layers = try layers(value, place)
      } else if let criterion = Criterion(rawValue: name) {
        criteria.limits[criterion] = try limit(value, of: criterion, place)
      } else {
        let known = Criterion.allCases.map(\.rawValue) + ["layers"]
        let hint =
          Spelling.closest(to: name, among: known).map { "did you mean \($0)?" }
          ?? "known are \(known.joined(separator: ", "))"
        throw AuditError("\(place): unknown criterion \(name); \(hint)")
      }
    }
    guard !criteria.limits.isEmpty else {
      throw AuditError("\(path): expected at least one criterion, found all of them off")
    }
    return criteria
  }

  private static func limit(
    _ node: Node, of criterion: Criterion, _ place: String
  ) throws(AuditError) -> Double? {
    let range = criterion.range
    let expected =
      "\(place): \(criterion.rawValue): expected a number from \(short(range.lowerBound)) to "
      + "\(short(range.upperBound)), or off"
    guard case .scalar(let scalar) = node else { throw AuditError("\(expected), found no number") }
    if ["off", "no", "false", "null", "~"].contains(scalar.string.lowercased()) { return nil }
    guard let value = Double(scalar.string), range.contains(value) else {
      throw AuditError("\(expected), found \(scalar.string.isEmpty ? "nothing" : scalar.string)")
    }
    return value
  }

  private static func layers(_ node: Node, _ place: String) throws(AuditError) -> [Layer] {
    guard case .sequence(let nodes) = node, !nodes.isEmpty else {
      throw AuditError("\(place): layers: expected a list of layer names")
    }
    var chosen: Set<Layer> = []
    let known = Layer.experiments.map(\.name) + Layer.blockOutputs.map(\.name)
    for node in nodes {
      let name = node.string ?? ""
      let place = node.mark.map { "\(place.prefix { $0 != ":" }):\($0.line)" } ?? place
      guard let layer = Layer(name: name)?.sameOutput, Layer.experiments.contains(layer) else {
        let close = Spelling.closest(to: name, among: known)
        throw AuditError(
          "\(place): unknown layer \(name); "
            + (close.map { "did you mean \($0)?" } ?? "audit.json lists their names"))
      }
      chosen.insert(layer)
    }
    return Layer.experiments.filter(chosen.contains)
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  private static func sentence(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(problem) in line \(mark.line)"
    default: "\(error)".split(separator: "\n").first.map(String.init) ?? "no YAML"
    }
  }
}
