import Files
import Foundation
import Images
import TestSupport
import Testing

/// Files that lie, end early or are something else: an error, never a trap or gigabytes.
@Suite struct HostileImageTests {
  private static let vectors = Folder.join(
    SharedMaterial.repository, "Tests/ImagesTests/Fixtures/pillow-vectors")

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile(Folder.join(Self.vectors, name)).withBytes { Array($0) }
  }

  private func failure(_ bytes: [UInt8]) -> ImageError? {
    bytes.withUnsafeBytes { raw in
      do throws(ImageError) {
        _ = try ImageFile.decodeUpright(raw, name: "x")
        return nil
      } catch { return error }
    }
  }

  @Test(arguments: ["24x17-RGB.png", "24x17-q90.jpg", "24x17-q90p.jpg", "24x17-cmyk-q90.jpg"])
  func truncatedFilesAreErrors(name: String) throws {
    let whole = try bytes(name)
    #expect(failure(whole) == nil)
    for count in stride(from: 0, to: whole.count * 3 / 4, by: 7) {
      let error = failure(Array(whole.prefix(count)))
      #expect(error != nil, "\(count) bytes")
    }
  }

  @Test func damagedFilesNeverTrap() throws {
    var state: UInt64 = 7
    for name in try Folder.names(in: Self.vectors) where ImageFolder.isImageName(name) {
      let whole = try bytes(name)
      for _ in 0..<60 {
        var damaged = whole
        for _ in 0..<3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 24)
        }
        _ = failure(damaged)
        damaged.withUnsafeBytes { _ = Orientation.of($0) }
      }
    }
  }

  @Test func sizesThatLieAreRefusedBeforeAnyMemoryIsTaken() throws {
    var png = try bytes("24x17-RGB.png")
    png.replaceSubrange(16..<24, with: [0, 0, 0x34, 0, 0, 0, 0x34, 0])  // 13312 x 13312
    #expect(failure(png) != nil)
    png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    #expect(failure(png) != nil)
    var jpeg = try bytes("24x17-q90.jpg")
    let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0])).lowerBound
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x34, 0, 0x34, 0])
    #expect(failure(jpeg)?.kind == .truncated)
  }

  @Test(
    arguments: [
      ([], "empty"), (Array("RIFF0000WEBPVP8 ".utf8), "WebP"), (Array("GIF89a".utf8), "GIF"),
      (Array("hello".utf8), "neither"),
      (Array("version https://git-lfs.github.com/spec/v1".utf8), "git lfs pull"),
    ] as [([UInt8], String)])
  func otherFormatsAreNamed(bytes: [UInt8], expected: String) {
    #expect(failure(bytes)?.description.contains(expected) == true)
  }

  @Test func foldersAndMissingFilesGiveASentence() {
    for path in ["/nonexistent.png", "/"] {
      do throws(ImageError) {
        _ = try ImageFile.load(path)
        Issue.record("no error")
      } catch {
        #expect(error.kind == .file && error.description.hasPrefix(path))
      }
    }
  }
}
