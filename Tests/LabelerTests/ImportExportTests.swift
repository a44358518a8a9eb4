import Files
import Foundation
import Images
import Labeler
import TestSupport
import Testing

@Suite struct ImportExportTests {
  let folder = TemporaryFolder()

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile(folder.file(name)).withBytes { Array($0) }
  }

  private func sentence(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func importedLabelsComeOutSorted() async throws {
    let files = [
      "norm_0002.json": #"[{"x": 8, "y": 2}, {"x": 4, "y": 30}, {"x": 4, "y": 6}]"#,
      "norm_0000.json": "[]", "norm_0001.json": #"[{"y": 0, "x": 0}]"#, "notes.json": "{",
    ]
    for (name, text) in files {
      try AtomicFile.write(Array(text.utf8), to: folder.file("old/\(name)"))
    }
    let summary = try await LabelImport.run(
      into: folder.file("new"), from: folder.file("old"), labeler: "import")
    #expect(summary.images == 3 && summary.patches == 4 && summary.none == 1)
    let export = try LabelExport(folder: folder.file("new"), labeler: nil)
    #expect(export.rows == [[1, 0, 0], [2, 4, 6], [2, 4, 30], [2, 8, 2]])
    try export.write(to: folder.file("labels.npy"))
    // numpy.save(np.array([[1,0,0],[2,4,6],[2,4,30],[2,8,2]])), format 1.0: a header of 128 bytes.
    let head = "{'descr': '<i8', 'fortran_order': False, 'shape': (4, 3), }"
    let found = try bytes("labels.npy")
    #expect(Array(found.prefix(10)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    #expect(String(decoding: found[10..<10 + head.utf8.count], as: UTF8.self) == head)
    #expect(found.count == 128 + 4 * 3 * 8)
    #expect(found[128] == 1 && found[128 + 5 * 8] == 6)
    let record = try #require(
      JSONSerialization.jsonObject(with: Data(try bytes("labels.json"))) as? [String: Any])
    #expect(record["labeler"] as? String == "import")
    #expect(record["images_answered"] as? Int == 3)
    // Once more changes nothing.
    let before = try bytes("new/labels/import.jsonl")
    _ = try await LabelImport.run(
      into: folder.file("new"), from: folder.file("old"), labeler: "import")
    #expect(try bytes("new/labels/import.jsonl") == before)
  }

  @Test func noMarksGiveAnEmptyArrayOfThreeColumns() async throws {
    try AtomicFile.write(Array("[]".utf8), to: folder.file("old/norm_0000.json"))
    _ = try await LabelImport.run(
      into: folder.file("new"), from: folder.file("old"), labeler: "a")
    try LabelExport(folder: folder.file("new"), labeler: nil).write(to: folder.file("e.npy"))
    let text = String(decoding: try bytes("e.npy"), as: UTF8.self)
    #expect(text.contains("'shape': (0, 3)"))
    #expect(try bytes("e.npy").count == 128)
  }

  @Test func severalPeopleMustBeChosenFrom() async throws {
    let store = try LabelStore(folder.path)
    try Samples.project(in: folder.path)
    for (person, x) in [("Ann", 2), ("Bo", 4)] {
      _ = try await store.change(LabelEvent(image: 1, .add(Patch(x: 2, y: 4))), by: person)
      _ = try await store.change(LabelEvent(image: 2, .add(Patch(x: x, y: 8))), by: person)
    }
    let text = await sentence { _ = try LabelExport(folder: folder.path, labeler: nil) }
    #expect(text.contains("Ann, Bo") && text.contains("--labeler"))
    #expect(
      await sentence { _ = try LabelExport(folder: folder.path, labeler: "Cy") }.contains("Cy"))
    let export = try LabelExport(folder: folder.path, labeler: "Bo")
    #expect(export.rows == [[1, 2, 4], [2, 4, 8]])
    let pair = try #require(export.agreements.first)
    #expect(pair.images == 2 && pair.sameImages == 1 && pair.both == 1)
    #expect(pair.onlyFirst == 1 && pair.onlySecond == 1 && pair.differing == [2])
    #expect(pair.f1 == 0.5)
    // The detector finds the bright patch of every map: of image 1 it is (2, 4).
    let detector = try #require(export.agreements.last)
    #expect(detector.second == "detector" && detector.both == 1)
  }

  @Test(arguments: [
    ("norm_0000.json", "{"), ("norm_0000.json", #"[{"x": 1.5, "y": 0}]"#),
    ("norm_0000.json", #"[{"x": -2, "y": 0}]"#), ("norm_0009.json", "[]"),
    ("norm_0000.json", #"[{"x": 3, "y": 0}]"#), ("other.json", "[]"),
  ])
  func brokenLabelsGiveASentence(name: String, text: String) async throws {
    try Samples.project(in: folder.file("new"))
    try AtomicFile.write(Array(text.utf8), to: folder.file("old/\(name)"))
    let found = await sentence {
      _ = try await LabelImport.run(
        into: folder.file("new"), from: folder.file("old"), labeler: "a")
    }
    #expect(found.contains("expected") && found.contains("old"))
  }

  @Test func normMapsAreScaledToTheLargest() throws {
    let maps = NormMaps(count: 1, height: 1, width: 4, values: [0, 1, 2, 3])
    #expect(maps.grey(0) == [0, 85, 170, 255])
    #expect(NormMaps(count: 1, height: 1, width: 1, values: [0]).grey(0) == [0])
    try Samples.project(in: folder.path)
    let picture = try ImageFile.loadInOwnMode(folder.file("norm_0001.png"))
    #expect(picture.mode == .grey && picture.width == 32 && picture.height == 32)
    #expect(picture.pixels == Samples.maps(3).grey(1))
  }

  @Test func aFolderOfOtherNormsIsRefused() throws {
    try Samples.project(in: folder.path)
    let maps = Samples.maps(2)
    #expect(throws: LabelError.self) {
      try LabelProject.create(
        in: folder.path, maps: maps,
        settings: LabelProject.Settings(block: "up_blocks[1]", patch: 2, maps: maps),
        suggestions: [])
    }
  }

  @Test(.enabled(if: SharedMaterial.hasReference, "needs shared/reference beside the checkout"))
  func normsOfAReferenceRunAreRead() throws {
    let file = Folder.join(
      SharedMaterial.reference, "original/representation_norms_tiny-sd15.pt")
    let maps = try NormMaps(file: file, block: "up_blocks[1]")
    #expect(maps.count == 10 && maps.height == 32 && maps.width == 32)
    let same = try NormMaps(file: file, block: "up_blocks[1].upsamplers[0]")
    #expect(same.values == maps.values)
    #expect(throws: LabelError.self) { try NormMaps(file: file, block: "up_blocks[7]") }
  }
}
