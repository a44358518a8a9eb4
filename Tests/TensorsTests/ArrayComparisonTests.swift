import Tensors
import TestSupport
import Testing

struct ArrayComparisonTests {
  private let folder = TemporaryFolder()

  private func file(_ name: String, _ arrays: [(String, NDArray)]) throws -> String {
    try SafeTensors.write(arrays.map { (key: $0.0, value: $0.1) }, to: folder.file(name))
    return folder.file(name)
  }

  @Test func distancesAreRelative() throws {
    let one = try file("one", [("a", NDArray([3, 4, .nan] as [Float], shape: [3]))])
    let other = try file("other", [("a", NDArray([3, 4.5, .nan] as [Float], shape: [3]))])
    #expect(try ArrayComparison(of: one, with: other).distance == 0.1)
    #expect(try ArrayComparison(of: one, with: one).distance == 0)
  }

  @Test func whatCannotBeComparedHasNoDistance() throws {
    let one = try file("one", [("a", NDArray([1, 2] as [Float], shape: [2]))])
    for array in [
      NDArray([1, 2] as [Float], shape: [1, 2]), NDArray([1, 2] as [Double], shape: [2]),
      NDArray([1, .nan] as [Float], shape: [2]),
    ] {
      #expect(try ArrayComparison(of: one, with: file("other", [("a", array)])).distance == nil)
    }
    let both = try file(
      "both", [("a", NDArray([1, 2] as [Float], shape: [2])), ("b", NDArray([1.0], shape: [1]))])
    let comparison = try ArrayComparison(of: one, with: both)
    #expect(comparison.distance == nil && comparison.unmatched == ["b"])
  }
}
