import Cluster
import Experiments
import Testing

@Suite("Splitting a run into tasks")
struct TaskSplitTests {
  private static func plan(images: Int) -> WorkPlan {
    WorkPlan(
      experiments: Set(Experiment.allCases), images: images, width: 512, height: 512,
      batchSize: 20, timestep: 50)
  }

  @Test(
    "Every unit is in one task, no task is empty",
    arguments: [1, 3, 20, 500, 2000], [1, 2, 4, 7, 45, 1000])
  func complete(images: Int, tasks: Int) {
    let plan = Self.plan(images: images)
    let split = TaskSplit(plan, tasks: tasks)
    let units = (split.extract + split.probes).flatMap { $0 }
    #expect(units.count == plan.units.count && Set(units) == Set(plan.units))
    let least = (split.extract + split.probes).map(\.count).min() ?? 0
    #expect(least > 0)
    #expect(split.extract.count == min(tasks, plan.extractions.count))
    #expect(split.probes.count == min(tasks, plan.units.count - plan.extractions.count))
    #expect(split.tasks(.merge) == [[]])
  }

  @Test("Extraction tasks follow each other in images and have about the same work")
  func contiguous() {
    let split = TaskSplit(Self.plan(images: 500), tasks: 25)
    var first = 0
    for task in split.extract {
      for case .extract(let extraction) in task {
        #expect(extraction.images.lowerBound >= first)
        first = extraction.images.lowerBound
      }
      #expect(task.count == 7)
    }
  }
}
