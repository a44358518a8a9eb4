/// The list of found models as people read it.
public enum ModelTable {
  /// One line a model: name, where it is from, size, folder, and what is wrong with it.
  public static func text(_ models: [FoundModel]) -> String {
    let rows = models.map { model in
      [
        model.name, model.source == .data ? "data" : "hub", size(model.bytes),
        model.folder + (model.problem.map { "  (\($0))" } ?? ""),
      ]
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return (cells + [row[3]]).joined(separator: "  ") + "\n"
    }.joined()
  }

  /// What else `--model` knows, and how to get it.
  public static func hint(_ models: [FoundModel], _ finder: ModelFinder) -> String {
    let missing = ModelName.known.filter { known in !models.contains { $0.name == known.short } }
    var lines = models.isEmpty ? ["no models found in data/models and \(finder.hub.folder)"] : []
    if !missing.isEmpty {
      lines.append(
        "known, not here: \(missing.map(\.short).joined(separator: ", ")); for instance: "
          + ModelName.download(missing[0].repository))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func size(_ bytes: Int) -> String {
    let tenths = bytes / 100_000
    return tenths >= 10000
      ? "\(tenths / 10000).\(tenths / 1000 % 10) GB" : "\(tenths / 10).\(tenths % 10) MB"
  }
}
