import Files
import Foundation
import Images
import TestSupport
import Testing

/// `unetlens experiments` as a child process that SIGKILL ends, or a full disk.
@Suite(
  "Killed runs", .serialized, .enabled(if: ChildProgram.isBuilt, "needs .build/release/unetlens"))
struct KilledRunTests {
  /// Ten small pictures: slopes of different steepness.
  private static let images = {
    let folder = TemporaryFolder()
    for index in 0..<10 {
      let pixels = (0..<96 * 96 * 3).map { place -> UInt8 in
        UInt8((place / 3 % 96 * (index + 1) + place / 288 * 2 + place % 3 * 40) % 256)
      }
      do {
        try PNGFile.write(
          RGBImage(width: 96, height: 96, pixels: pixels), to: folder.file("0\(index).png"))
      } catch { Issue.record("cannot write test images: \(error)") }
    }
    return folder
  }()

  private static func arguments(_ output: TemporaryFolder) -> [String] {
    [
      "experiments", "--model", Folder.join(SharedMaterial.fixtures, "tiny/sd1"),
      "--images", images.path, "--output", output.path, "--batch-size", "4", "--labels", "auto",
      "--experiments", "position", "anomalies", "norms", "histograms", "maps",
    ]
  }

  private static func contents(_ folder: TemporaryFolder) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try Folder.names(in: folder.path) {
      files[name] = try MappedFile(folder.file(name)).withBytes { Array($0) }
    }
    return files
  }

  /// What an undisturbed run writes.
  private static let whole = Result {
    let output = TemporaryFolder()
    let outcome = try ChildProgram(arguments(output)).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try contents(output)
  }

  /// Killed in the second batch, late in the extractions, in the probes, in the histograms, and as
  /// the last of them ends: while files are put together.
  private static let points = [
    "Extracting representations: 6 of", "Extracting representations: 27 of",
    "Training probes: 9 of", "Counting token pairs: 4 of", "Counting token pairs: 33 of",
  ]

  @Test("A run that was killed goes on and ends with the same bytes", arguments: points)
  func killed(point: String) throws {
    let whole = try Self.whole.get()
    let output = TemporaryFolder()
    let first = try ChildProgram(Self.arguments(output)).run(killedAt: point)
    #expect(first.errors.contains("\n\(point)"), "no such point: \(first.errors)")
    // The last point may be too late: then the run had ended, and is done again.
    if point != Self.points.last { #expect(first.wasKilled && first.status == SIGKILL) }
    let second = try ChildProgram(Self.arguments(output)).run()
    #expect(second.status == 0, "\(second.errors)")
    // It went on, and did not start anew.
    if point != Self.points.last {
      #expect(!second.errors.hasPrefix("Extracting representations: 1 of"), "\(second.errors)")
    }
    #expect(try Self.contents(output) == whole)
  }

  @Test("Killed twice, the second time further on")
  func killedTwice() throws {
    let whole = try Self.whole.get()
    let output = TemporaryFolder()
    for point in [Self.points[0], Self.points[2]] {
      #expect(try ChildProgram(Self.arguments(output)).run(killedAt: point).wasKilled)
    }
    #expect(try ChildProgram(Self.arguments(output)).run().status == 0)
    #expect(try Self.contents(output) == whole)
  }

  @Test("A file that cannot grow is one sentence; with room the run goes on")
  func fullDisk() throws {
    let whole = try Self.whole.get()
    let output = TemporaryFolder()
    // No file may take more than 256 blocks of 512 bytes (1024 in some shells): less than the
    // tokens of one batch, as on a disk that is full.
    let full = try ChildProgram(Self.arguments(output), shell: "ulimit -f 256").run()
    #expect(full.status == 1 && !full.wasKilled, "\(full.status)")
    let lines = full.errors.split(separator: "\n").filter {
      !$0.contains(" of ") && !$0.hasPrefix("warning: ")
    }
    #expect(lines.count == 1, "\(full.errors)")
    #expect(lines.first?.contains(".tokens: cannot write: File too large") == true)
    #expect(try Folder.names(in: output.path) == [".cache"])
    #expect(try ChildProgram(Self.arguments(output)).run().status == 0)
    #expect(try Self.contents(output) == whole)
  }

  @Test("A killed extraction leaves nothing behind once it is run again")
  func extraction() throws {
    let output = TemporaryFolder()
    let file = output.file("out.safetensors")
    let arguments =
      [
        "extract", "--model", Folder.join(SharedMaterial.fixtures, "tiny/sd1"), "--image",
        Self.images.path,
      ]
      + ["--positions", "blocks", "--output", file]
    let first = try ChildProgram(arguments).run(killedAt: "extracting: 5 of")
    #expect(first.wasKilled, "\(first.errors)")
    #expect(try Folder.names(in: output.path).allSatisfy { $0.contains(".partial-") })
    #expect(try ChildProgram(arguments).run().status == 0)
    #expect(
      try Folder.names(in: output.path) == ["out.safetensors", "provenance_out.json"])
  }
}
