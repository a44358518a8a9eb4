import Audit
import Files
import Layers
import TestSupport
import Testing

@Suite("Criteria")
struct CriteriaTests {
  private let folder = TemporaryFolder()

  private func read(_ text: String) throws -> Criteria {
    let path = folder.file("criteria.yaml")
    try AtomicFile.write(Array(text.utf8), to: path)
    return try CriteriaFile.read(path)
  }

  private func complaint(_ text: String) -> String {
    do {
      _ = try read(text)
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test("What a file does not name keeps its default")
  func defaults() throws {
    #expect(try read("").limits == Criteria().limits)
    let criteria = try read("corner-similarity: 1.5\nanomalous-images: off\n")
    #expect(criteria.limits[.cornerSimilarity] == 1.5)
    #expect(criteria.limits[.anomalousImages] == nil)
    #expect(criteria.limits[.positionAccuracy] == Criterion.positionAccuracy.defaultLimit)
    #expect(criteria.file == "criteria.yaml")
    #expect(!criteria.active.contains(.positionAboveUntrained))
    #expect(try read("position-above-untrained: 0.1").active.contains(.positionAboveUntrained))
  }

  @Test("Layers can be chosen, block outputs by their block's name")
  func layers() throws {
    let criteria = try read("layers: [up_blocks[1].resnets[0], mid_block]".yamlList)
    #expect(criteria.layers.map(\.name) == ["mid_block.resnets[1]", "up_blocks[1].resnets[0]"])
  }

  @Test(
    "What a file may not hold is named with its line, and the near one suggested",
    arguments: [
      (
        "corner-similarty: 1.5",
        "criteria.yaml:1: unknown criterion corner-similarty; did you mean corner-similarity?"
      ),
      (
        "largest-norm: 4\nwhatever: 2",
        "criteria.yaml:2: unknown criterion whatever; known are position-accuracy"
      ),
      (
        "position-accuracy: 50",
        "position-accuracy: expected a number from 0 to 1, or off, found 50"
      ),
      ("corner-norm: 0.5", "corner-norm: expected a number from 1 to 1000000, or off, found 0.5"),
      ("corner-norm: nan", "found nan"), ("corner-norm: [1]", "found no number"),
      ("corner-norm:", "corner-norm: expected a number"),
      ("- corner-norm", "expected lines such as"), ("a: [", "expected YAML"),
      (
        "layers:\n  - up_blocks[1].resnet[0]",
        "criteria.yaml:2: unknown layer up_blocks[1].resnet[0]; did you mean up_blocks[1].resnets[0]?"
      ),
      ("layers: []", "layers: expected a list"),
    ])
  func refusals(_ text: String, _ expected: String) {
    #expect(complaint(text).contains(expected), "\(complaint(text))")
  }

  @Test("A file that turns every criterion off is refused")
  func allOff() {
    let text = Criterion.allCases.map { "\($0.rawValue): off" }.joined(separator: "\n")
    #expect(complaint(text).contains("expected at least one criterion"))
  }

  @Test("A missing file is named")
  func missing() {
    #expect(throws: AuditError.self) { try CriteriaFile.read(folder.file("none.yaml")) }
  }

  @Test("A value at its limit holds, one above does not; no number fails; nothing does not count")
  func judging() {
    var layer = LayerFindings(Layer(.mid, .resnet(0)))
    layer.position = [LayerFindings.Position(cells: 8, accuracy: 0.5, chance: 0.125)]
    layer.corner = LayerFindings.Similarity(ratio: 0.5)
    layer.border = LayerFindings.Similarity(ratio: -0.2)
    let judged = Dictionary(
      uniqueKeysWithValues: Criteria().judge(layer).map { ($0.criterion, $0) })
    #expect(judged[.positionAccuracy]?.holds == true)
    // Half as similar stands out as much as twice as similar.
    #expect(judged[.cornerSimilarity]?.value == 2)
    #expect(judged[.cornerSimilarity]?.holds == false)
    #expect(judged[.borderSimilarity]?.value == nil)
    #expect(judged[.borderSimilarity]?.holds == false)
    #expect(judged[.cornerNorm]?.holds == nil)
    layer.position = [LayerFindings.Position(cells: 8, accuracy: 0.500001, chance: 0.125)]
    #expect(Criteria().judge(layer).first?.holds == false)
    layer.position = [LayerFindings.Position(cells: 8, accuracy: .nan, chance: 0.125)]
    #expect(Criteria().judge(layer).first?.holds == false)
  }

  @Test("Above the untrained control counts only where there is one")
  func untrained() throws {
    let criteria = try read("position-above-untrained: 0.1")
    var layer = LayerFindings(Layer(.convIn))
    layer.position = [LayerFindings.Position(cells: 8, accuracy: 0.4, chance: 0.125)]
    func judgement() -> Judgement? {
      criteria.judge(layer).first { $0.criterion == .positionAboveUntrained }
    }
    #expect(judgement()?.holds == nil)
    layer.untrained = 0.35
    #expect(judgement()?.holds == true)
    layer.untrained = 0.25
    #expect(judgement()?.holds == false)
  }
}

extension String {
  /// `layers: [a[0], b]`, where brackets are part of names, as a YAML block list.
  fileprivate var yamlList: String {
    let parts = split(separator: ":", maxSplits: 1)
    let names = parts[1].dropFirst(2).dropLast().split(separator: ",")
    return "\(parts[0]):\n"
      + names.map { "  - \($0.drop { $0 == " " })" }.joined(separator: "\n")
  }
}
