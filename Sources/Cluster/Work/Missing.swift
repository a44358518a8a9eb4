import Experiments
import Layers

/// Units without a usable result, as one sentence with the tasks that make them.
struct Missing {
  private let problems: [(unit: WorkUnit, problem: String)]
  private let plan: ClusterPlan
  private let run: ExperimentRun
  /// Units and tasks that a sentence names before it only counts.
  private static let most = 8

  init(_ problems: [(WorkUnit, String)], plan: ClusterPlan, run: ExperimentRun) {
    self.problems = problems.map { (unit: $0.0, problem: $0.1) }
    self.plan = plan
    self.run = run
  }

  var sentence: String {
    let split = TaskSplit(run.plan, tasks: plan.tasks)
    var tasks: [String] = []
    for stage in [Stage.extract, .probes] {
      let units = Set(problems.map(\.unit))
      let numbers = split.tasks(stage).indices.filter { task in
        split.tasks(stage)[task].contains(where: units.contains)
      }
      if !numbers.isEmpty { tasks.append("\(stage.rawValue) \(NumberList.text(numbers))") }
    }
    let named = problems.prefix(Self.most).map { "\($0.unit.title) \($0.problem)" }
    let more = problems.count > Self.most ? ["and \(problems.count - Self.most) more"] : []
    return "\(run.folder.path): expected the results of all tasks, but"
      + " \((named + more).joined(separator: "; ")); the same command with --cluster slurm submits"
      + " what is left of the tasks \(tasks.joined(separator: ", "))"
  }
}

extension WorkUnit {
  /// What the unit is, for a person.
  var title: String {
    if case .extract(let extraction) = self {
      let images = extraction.images
      let crop = extraction.crop > 0 ? ", cropped by \(extraction.crop) pixels" : ""
      return "the extraction of images \(images.lowerBound) to \(images.upperBound - 1) at timestep"
        + " \(extraction.timestep)\(crop)"
    }
    if case .probe(let index) = self { return "the probe of \(Layer.experiments[index].name)" }
    if case .histogram(let block, let timestep) = self {
      return "the histogram of \(Layer.blockOutputs[block].name) at timestep \(timestep)"
    }
    return "the unit \(name)"
  }
}

/// Ascending numbers as Slurm writes them: `0-3,7`.
enum NumberList {
  static func text(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, number <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, number)
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}
