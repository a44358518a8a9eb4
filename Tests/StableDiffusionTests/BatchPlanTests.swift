import StableDiffusion
import Testing

/// Which images share their noise.
struct BatchPlanTests {
  @Test func `the last batch may be smaller`() {
    let sizes = Array(repeating: (width: 512, height: 512), count: 45)
    #expect(BatchPlan.batches(sizes: sizes, batchSize: 20) == [0..<20, 20..<40, 40..<45])
  }

  @Test func `images of several sizes go one by one`() {
    let sizes = [(width: 512, height: 512), (width: 512, height: 496), (width: 512, height: 512)]
    #expect(BatchPlan.batches(sizes: sizes, batchSize: 20) == [0..<1, 1..<2, 2..<3])
    #expect(BatchPlan.batches(sizes: [], batchSize: 20).isEmpty)
  }
}
