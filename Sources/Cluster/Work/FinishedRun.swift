import Files

/// What a merge leaves at its very end: `.cluster/done-<name>.json`.
///
/// A second copy of the merge, or of any task, finds it and has nothing to do.
struct FinishedRun: Codable, Equatable, Sendable {
  /// ``ClusterPlan/identity`` of the run.
  var identity: String
  /// SHA-256 of each file by its name in the output folder.
  var files: [String: String]

  /// The record for `plan`; nil where that run has not ended, or one of its files is no longer
  /// there as it was written.
  static func find(_ plan: ClusterPlan, in folder: ClusterFolder) -> FinishedRun? {
    guard let record = try? JSONFile.read(FinishedRun.self, from: folder.done(plan.name)),
      record.identity == plan.identity
    else { return nil }
    let isWhole = record.files.allSatisfy { name, hash in
      (try? SHA256Hex.ofFile(Folder.join(folder.output, name))) == hash
    }
    return isWhole ? record : nil
  }

  /// The files' names, in byte order.
  var names: [String] {
    files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
