import Files

/// What a merge leaves once the arrays are in place: `.cluster/done-<name>.json`.
///
/// A second copy of the merge, or of any task, finds it and has nothing to do. Where the plan asks
/// for a report it is written again when that is there too.
struct FinishedRun: Codable, Equatable, Sendable {
  /// ``ClusterPlan/identity`` of the run.
  var identity: String
  /// SHA-256 of each file by its name in the output folder.
  var files: [String: String]
  /// Whether everything is there, the report included.
  var isComplete: Bool

  /// The record for `plan`; nil where that run's arrays are not there yet, or one of its files is no longer
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

  /// Records `names`, files in the output folder.
  static func write(
    _ names: [String], of plan: ClusterPlan, in folder: ClusterFolder, isComplete: Bool
  ) throws(ClusterError) {
    var files: [String: String] = [:]
    for name in names {
      do throws(FileError) {
        files[name] = try SHA256Hex.ofFile(Folder.join(folder.output, name))
      } catch { throw ClusterError(error) }
    }
    let record = FinishedRun(identity: plan.identity, files: files, isComplete: isComplete)
    try JSONFile.write(record, to: folder.done(plan.name))
  }

  /// The files' names, in byte order.
  var names: [String] {
    files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
