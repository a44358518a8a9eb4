import Files
import Labeler
import TestSupport
import Testing

@Suite struct LabelStoreTests {
  let folder = TemporaryFolder()

  private func lines(_ person: String) throws -> [String] {
    try MappedFile(folder.file("labels/\(person).jsonl")).withBytes {
      String(decoding: $0, as: UTF8.self)
    }.split(separator: "\n").map(String.init)
  }

  @Test func everyChangeIsALine() async throws {
    let store = try LabelStore(folder.path)
    _ = try await store.change(LabelEvent(image: 3, .add(Patch(x: 4, y: 6))), by: "Ann")
    _ = try await store.change(LabelEvent(image: 3, .remove(Patch(x: 4, y: 6))), by: "Ann")
    _ = try await store.change(LabelEvent(image: 0, .set([], isNone: true)), by: "Ann")
    #expect(
      try lines("Ann") == [
        #"{"add":[4,6],"image":3}"#, #"{"image":3,"remove":[4,6]}"#,
        #"{"image":0,"none":true,"set":[]}"#,
      ])
    let again = try LabelFolder(folder.path)
    #expect(again.answer(of: "Ann", image: 0).isNone)
    #expect(!again.answer(of: "Ann", image: 3).isGiven)
  }

  @Test func twoPagesLoseNothing() async throws {
    let store = try LabelStore(folder.path)
    _ = try await store.change(LabelEvent(image: 0, .add(Patch(x: 0, y: 0))), by: "Ann", seen: 0)
    // A second page that has seen nothing yet.
    let late = try await store.change(
      LabelEvent(image: 0, .add(Patch(x: 2, y: 0))), by: "Ann", seen: 0)
    #expect(late.isApplied && late.conflict != nil)
    #expect(late.answer.patches == [Patch(x: 0, y: 0), Patch(x: 2, y: 0)])
    // "None here" by it would throw marks away that it does not show.
    let none = try await store.change(
      LabelEvent(image: 0, .set([], isNone: true)), by: "Ann", seen: 1)
    #expect(!none.isApplied && none.conflict != nil)
    #expect(none.answer.patches.count == 2)
    // The same once more, for instance after a lost answer, changes nothing.
    let twice = try await store.change(LabelEvent(image: 0, .add(Patch(x: 2, y: 0))), by: "Ann")
    #expect(!twice.isApplied)
    #expect(try lines("Ann").count == 2)
  }

  @Test func manyAtOnceAreAllKept() async throws {
    let store = try LabelStore(folder.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<60 {
        group.addTask {
          let event = LabelEvent(image: index % 4, .add(Patch(x: 2 * index, y: 0)))
          _ = try await store.change(event, by: index.isMultiple(of: 2) ? "Ann" : "Bo")
        }
      }
      try await group.waitForAll()
    }
    let labels = try LabelFolder(folder.path)
    let marks = labels.people.flatMap { (labels.answers[$0] ?? [:]).values }
      .map(\.patches.count).reduce(0, +)
    #expect(marks == 60)
    #expect(await store.news(after: 0).count <= 8)
    #expect(await store.version == 60)
  }

  @Test func aLineCutOffByACrashIsLeftOut() async throws {
    try AtomicFile.write(
      Array("{\"add\":[4,6],\"image\":3}\n{\"add\":[8,".utf8),
      to: folder.file("labels/Ann.jsonl"))
    do {
      let store = try LabelStore(folder.path)
      _ = try await store.change(LabelEvent(image: 3, .add(Patch(x: 0, y: 0))), by: "Ann")
    }
    let labels = try LabelFolder(folder.path)
    #expect(labels.brokenLines == 1)
    #expect(labels.answer(of: "Ann", image: 3).patches == [Patch(x: 0, y: 0), Patch(x: 4, y: 6)])
  }

  @Test func aFolderIsOpenOnce() throws {
    let first = try LabelStore(folder.path)
    do {
      _ = try LabelStore(folder.path)
      Issue.record("no error")
    } catch { #expect(error.description.contains("open")) }
    withExtendedLifetime(first) {}
  }

  @Test func namesNeverLeadOutOfTheFolder() async throws {
    let store = try LabelStore(folder.path)
    for name in ["../../evil", "a/b", "..", "Zoë Q.", "%2e"] {
      _ = try await store.change(LabelEvent(image: 0, .set([], isNone: true)), by: name)
    }
    #expect(try Folder.names(in: folder.path) == [".lock", "labels"])
    #expect(
      Set(try LabelFolder(folder.path).people) == ["../../evil", "a/b", "..", "Zoë Q.", "%2e"])
  }
}
