import Dataset
import Files
import Images
import Synchronization
import TestSupport
import Testing

/// Keeps warnings.
final class Recorder: ProgressSink {
  private let warnings = Mutex<[String]>([])
  var all: [String] { warnings.withLock { $0 } }
  func report(_ task: String, done: Int, of total: Int) {}
  func warn(_ message: String) { warnings.withLock { $0.append(message) } }
}

@Suite struct DatasetBuilderTests {
  let folder = TemporaryFolder()
  let paper = ["n02106662", "n02108089", "n02123159", "n03930630", "n09472597"]

  @discardableResult
  private func build(
    _ sources: String..., to output: String = "out", classes: [String]? = nil, perClass: Int = 5,
    minSide: Int = 2, order: DatasetOptions.Order = .shuffled, seed: UInt64 = 42,
    format: DatasetOptions.Format = .png, progress: any ProgressSink = SilentProgress()
  ) throws -> DatasetBuilder.Summary {
    try DatasetBuilder.build(
      sources: sources.map { folder.file($0) }, output: folder.file(output),
      options: DatasetOptions(
        classes: classes, perClass: perClass, minSide: minSide, size: 8, format: format,
        order: order, seed: seed), progress: progress)
  }

  private func sentence(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func theDefaultOrderKeepsEveryClassInTheLastFifth() throws {
    try Pictures.tree(folder.file("train"), paper + ["n01440764"], count: 6)
    let summary = try build("train")
    #expect(summary.images == 25 && summary.classes == 5)
    let rows = try Pictures.rows(folder.file("out"))
    #expect(rows.map { $0[0] } == (0..<25).map { $0 < 10 ? "0000\($0).png" : "000\($0).png" })
    #expect(Set(rows.suffix(5).map { $0[1] }) == ["0", "1", "2", "3", "4"])
    #expect(Set(rows.map { $0[2] }) == Set(paper))
    for (label, wnid) in paper.enumerated() {
      // Within a class the source's order holds.
      #expect(
        rows.filter { $0[1] == String(label) }.map { $0[3] }
          == (0..<5).map { "\(wnid)/\(wnid)_\($0).JPEG" })
    }
    #expect(rows.prefix(5).map { $0[1] } != rows.dropFirst(5).prefix(5).map { $0[1] })
    try build("train", to: "again")
    #expect(try Pictures.hashes(folder.file("out")) == Pictures.hashes(folder.file("again")))
    try build("train", to: "other", seed: 1)
    #expect(try Pictures.rows(folder.file("other")) != rows)
  }

  @Test func sourceOrderIsByteOrderOfNames() throws {
    try Pictures.tree(folder.file("s"), ["b", "a", "C"], count: 2)
    try build("s", classes: ["a", "b", "C"], perClass: 2, order: .source)
    let rows = try Pictures.rows(folder.file("out"))
    #expect(rows.map { $0[2] } == ["C", "C", "a", "a", "b", "b"])
    #expect(rows.map { $0[1] } == ["2", "2", "0", "0", "1", "1"])
  }

  @Test func classesGoByIdIndexOrName() throws {
    try Pictures.tree(folder.file("s"), ["n02106662", "n02108089", "n02123159"], count: 1)
    try build("s", classes: ["Tiger_Cat", "235", "n02108089"], perClass: 1)
    let rows = try Pictures.rows(folder.file("out")).sorted { $0[1] < $1[1] }
    #expect(rows.map { $0[2] } == ["n02123159", "n02106662", "n02108089"])
    #expect(sentence { try build("s", classes: ["crane"]) }.contains("n02012849"))
    #expect(sentence { try build("s", classes: ["235", "n02106662"]) }.contains("same one"))
    #expect(sentence { try build("s", classes: ["unicorn"]) }.contains("class unicorn"))
  }

  @Test func aFlatFolderIsOneClass() throws {
    for i in 0..<3 {
      try AtomicFile.write(Pictures.png(i), to: folder.file("cats/\(i).png"))
    }
    try build("cats", perClass: 3)
    #expect(try Pictures.rows(folder.file("out")).map { $0[2] } == ["cats", "cats", "cats"])
    #expect(try Pictures.rows(folder.file("out")).map { $0[3] } == ["0.png", "1.png", "2.png"])
  }

  @Test func foldersThatAreNotImageNetGiveAllTheirClasses() throws {
    try Pictures.tree(folder.file("s"), ["dog", "cat"], count: 1)
    try build("s", perClass: 1, order: .source)
    #expect(try Pictures.rows(folder.file("out")).map { $0[2] } == ["cat", "dog"])
  }

  @Test func imageNetsRootLeadsToTrain() throws {
    try Pictures.tree(folder.file("i/train"), ["n02106662"], count: 1)
    try Pictures.tree(folder.file("i/val"), ["n02106662"], count: 1)
    try build("i", classes: ["235"], perClass: 1)
    #expect(
      try Pictures.rows(folder.file("out")).map { $0[3] } == ["train/n02106662/n02106662_0.JPEG"])
  }

  @Test func brokenFilesAreNamedAndSmallOnesSkipped() throws {
    try AtomicFile.write([1, 2, 3], to: folder.file("c/0.jpg"))
    try AtomicFile.write(Pictures.png(1, width: 9, height: 2), to: folder.file("c/1.png"))
    try AtomicFile.write(Pictures.png(2).dropLast(40), to: folder.file("c/2.png"))
    try AtomicFile.write(Pictures.png(3), to: folder.file("c/3.png"))
    let recorder = Recorder()
    let summary = try build("c", perClass: 1, minSide: 3, progress: recorder)
    #expect(summary.tooSmall == 1 && summary.broken.count == 2)
    #expect(recorder.all.count == 2)
    #expect(recorder.all[0].contains("c/0.jpg") && recorder.all[1].contains("c/2.png"))
    #expect(try Pictures.rows(folder.file("out")).map { $0[3] } == ["3.png"])
  }

  @Test func shortClassesAreNamedWithWhatIsMissing() throws {
    try Pictures.tree(folder.file("s"), ["n02106662", "n02108089"], count: 3)
    try AtomicFile.write([1], to: folder.file("s/n02106662/x.png"))
    let text = sentence { try build("s", perClass: 3) }
    #expect(!text.contains("n02106662"))
    #expect(text.contains("n02123159 (tiger cat) is 3 short, with 0 of 3 images"))
    let more = sentence { try build("s", classes: ["235"], perClass: 5) }
    #expect(more.contains("n02106662 (German shepherd) is 2 short"))
    #expect(more.contains("1 broken"))
    #expect(!Folder.isFolder(folder.file("out")))
  }

  @Test func aSecondRunReplacesTheFirst() throws {
    try Pictures.tree(folder.file("s"), ["a", "b"], count: 4)
    try build("s", perClass: 4)
    try build("s", perClass: 2)
    try build("s", to: "fresh", perClass: 2)
    #expect(try Pictures.hashes(folder.file("out")) == Pictures.hashes(folder.file("fresh")))
    try build("s", perClass: 2, format: .jpeg)
    #expect(
      try Folder.names(in: folder.file("out"))
        == (0..<4).map { "0000\($0).jpg" } + ["manifest.json", "metadata.csv"])
  }

  @Test func anInterruptedRunUsesWhatItHasMade() throws {
    try Pictures.tree(folder.file("s"), ["a", "b"], count: 2)
    // What a killed run leaves: made images in the cache, named after their sources. A picture of
    // another colour shows that it was taken and not made again.
    let made = Pictures.png(99, width: 8, height: 8)
    let cache = folder.file("out/.cache")
    try AtomicFile.write(Array("8 png\n".utf8), to: Folder.join(cache, "options"))
    try AtomicFile.write(
      made, to: Folder.join(cache, "\(SHA256Hex.of(Pictures.png(0))).png"))
    try build("s", perClass: 2, order: .source)
    #expect(try SHA256Hex.ofFile(folder.file("out/00000.png")) == SHA256Hex.of(made))
    #expect(!Folder.isFolder(cache))
    // Of another size they are of no use.
    try AtomicFile.write(Array("9 png\n".utf8), to: folder.file("new/.cache/options"))
    try AtomicFile.write(
      made, to: folder.file("new/.cache/\(SHA256Hex.of(Pictures.png(0))).png"))
    try build("s", to: "new", perClass: 2, order: .source)
    #expect(try SHA256Hex.ofFile(folder.file("new/00000.png")) != SHA256Hex.of(made))
  }

  @Test func foreignPicturesAndBadSourcesAreRefused() throws {
    try Pictures.tree(folder.file("s"), ["a"], count: 1)
    try AtomicFile.write(Pictures.png(1), to: folder.file("out/holiday.jpg"))
    #expect(sentence { try build("s", perClass: 1) }.contains("holiday.jpg"))
    #expect(sentence { try build("missing", to: "x") }.contains("missing"))
    try Folder.create(folder.file("empty"))
    #expect(sentence { try build("empty", to: "x") }.contains("found none"))
  }
}
