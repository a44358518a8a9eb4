import Files
import Images
import Labeler
import TestSupport

/// Small label folders for tests.
enum Samples {
  /// `count` maps of `side` x `side` with one bright patch each, at (2 * image, 4).
  static func maps(_ count: Int, side: Int = 32) -> NormMaps {
    var values: [Float] = []
    for image in 0..<count {
      for y in 0..<side {
        for x in 0..<side {
          let isBright = x / 2 == image % (side / 2) && y / 2 == 2
          values.append(isBright ? 500 : Float(3 + (x * 7 + y * 3 + image) % 5))
        }
      }
    }
    return NormMaps(count: count, height: side, width: side, values: values)
  }

  /// A project of such maps in `folder`.
  @discardableResult
  static func project(in folder: String, images: Int = 3) throws -> LabelProject {
    let maps = maps(images)
    return try LabelProject.create(
      in: folder, maps: maps,
      settings: LabelProject.Settings(block: "up_blocks[1]", patch: 2, maps: maps),
      suggestions: Candidates.find(in: maps, patch: 2))
  }

  /// A folder of small photographs.
  static func photos(in folder: String, count: Int) throws {
    for image in 0..<count {
      let pixels = [UInt8](repeating: UInt8(20 * image % 256), count: 64 * 64 * 3)
      try PNGFile.write(
        RGBImage(width: 64, height: 64, pixels: pixels), to: Folder.join(folder, "\(image).png"))
    }
  }
}
