import Files

/// The files of the cluster's runs: `<output>/.cluster`.
package struct ClusterFolder: Sendable {
  /// The output folder that the user named.
  package let output: String
  /// The folder's path.
  package var path: String { Folder.join(output, ".cluster") }
  /// Where tasks leave their logs.
  package var logs: String { Folder.join(path, "logs") }

  /// The folder of the runs whose arrays go to `output`.
  package init(output: String) { self.output = output }

  /// What the run of a model is made of.
  package func plan(_ name: String) -> String { Folder.join(path, "plan-\(name).json") }
  /// The jobs submitted last for a model.
  package func jobs(_ name: String) -> String { Folder.join(path, "jobs-\(name).json") }
  /// What the submitting host wrote for tasks to find.
  package func token(_ name: String) -> String { Folder.join(path, "token-\(name)") }
  /// What a merge wrote at its end.
  package func done(_ name: String) -> String { Folder.join(path, "done-\(name).json") }
  /// A job's script.
  package func script(_ stage: Stage, _ name: String) -> String {
    Folder.join(path, "\(stage.rawValue)-\(name).sh")
  }

  /// The name of a task's log in ``logs``; `job` and `task` may be Slurm's `%A` and `%a`.
  package static func logName(_ stage: Stage, _ name: String, job: String, task: String?) -> String
  {
    "\(stage.rawValue)-\(name)-\(job)\(task.map { "_\($0)" } ?? "").log"
  }

  /// The models that runs were written for, in byte order.
  ///
  /// - Throws: ``ClusterError`` where there is no run.
  package func names() throws(ClusterError) -> [String] {
    let files = (try? Folder.names(in: path)) ?? []
    let names = files.filter { $0.hasPrefix("plan-") && $0.hasSuffix(".json") }
      .map { String($0.dropFirst(5).dropLast(5)) }
    guard !names.isEmpty else {
      throw ClusterError(
        "\(path): expected a run that --cluster slurm wrote, found none")
    }
    return names
  }

  /// `name` where it is given, else the only run's.
  ///
  /// - Throws: ``ClusterError`` where there is no such run, or several to choose from.
  package func onlyName(_ name: String?) throws(ClusterError) -> String {
    let names = try names()
    if let name {
      guard names.contains(name) else {
        throw ClusterError(
          "--name \(name): expected one of \(names.joined(separator: ", ")) in \(path)")
      }
      return name
    }
    guard names.count == 1 else {
      throw ClusterError(
        "\(path): expected --name with one of \(names.joined(separator: ", "))")
    }
    return names[0]
  }
}
