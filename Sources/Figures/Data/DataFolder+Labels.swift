import Files
import Foundation

extension DataFolder {
  /// Whether the relative norms of anomalies of `model` are of labels that the detector found: as the
  /// record of the run that made them says; without one, whether only such labels are there.
  package func hasAutomaticLabels(_ model: String) -> Bool {
    labelSource(of: model).map { $0 == "automatic" }
      ?? (!has(.labels, model) && has(ArrayKind.labels.fileName("auto_\(model)")))
  }

  /// Where the labels came from, `file` or `automatic`; nil where no record of these very norms says.
  private func labelSource(of model: String) -> String? {
    struct Record: Decodable {
      struct Entry: Decodable {
        struct Labels: Decodable { var source: String }
        var sha256: String
        var labels: Labels?
      }
      var arrays: [String: Entry]
    }
    let norms = ArrayKind.anomalyMeans.fileName(model)
    guard let path = location(of: "provenance_\(model).json"), let file = try? MappedFile(path),
      let record = try? JSONDecoder().decode(Record.self, from: file.withBytes { Data($0) }),
      let entry = record.arrays[norms], let place = location(of: norms),
      (try? SHA256Hex.ofFile(place)) == entry.sha256
    else { return nil }
    return entry.labels?.source
  }
}
