import Files
import Foundation
import Images
import TestSupport
import Testing

/// One line of expected.tsv, which Fixtures/pillow_cases.py writes.
struct PillowCase: CustomTestStringConvertible {
  let file: String
  let operation: [String]
  let width: Int
  let height: Int
  let sha256: String

  var testDescription: String { "\(Folder.name(of: file)): \(operation.joined(separator: " "))" }

  static func read(_ folder: String) throws -> [PillowCase] {
    let text = try String(contentsOfFile: Folder.join(folder, "expected.tsv"), encoding: .utf8)
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return PillowCase(
        file: Folder.join(folder, fields[0]),
        operation: fields[1].split(separator: " ").map(String.init),
        width: Int(fields[2]) ?? 0, height: Int(fields[3]) ?? 0, sha256: fields[4])
    }
  }

  /// The same operation by our code.
  func result() throws -> RGBImage {
    let numbers = operation.dropFirst().compactMap { Int($0) }
    switch operation[0] {
    case "load": return try ImageFile.load(file)
    case "resize":
      return try ImageFile.load(file).resized(width: numbers[0], height: numbers[1])
    default:
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      return try data.withUnsafeBytes {
        try ImageFile.decodeUpright($0, name: file).centreSquare(size: numbers[0])
      }
    }
  }

  func check() throws {
    let image = try result()
    #expect(image.width == width && image.height == height, "\(testDescription)")
    #expect(SHA256Hex.of(image.pixels) == sha256, "\(testDescription)")
  }
}

@Suite struct PillowTests {
  static let fixtures = Folder.join(SharedMaterial.repository, "Tests/ImagesTests/Fixtures")
  static let python = ProcessInfo.processInfo.environment["UNETLENS_PYTHON"]

  @Test func committedPicturesGivePillowsPixels() throws {
    let cases = try PillowCase.read(Folder.join(Self.fixtures, "pillow-vectors"))
    #expect(cases.count > 200)
    for one in cases { try one.check() }
  }

  @Test(.enabled(if: python != nil, "UNETLENS_PYTHON names no Python with Pillow"))
  func manyPicturesGivePillowsPixels() throws {
    let folder = TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = [Folder.join(Self.fixtures, "pillow_cases.py"), folder.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let cases = try PillowCase.read(folder.path)
    #expect(cases.count > 1000)
    for one in cases { try one.check() }
  }
}
