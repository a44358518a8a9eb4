/// Which images go together: the shared noise depends on it.
///
/// Method: docs/METHOD.md, "From image to representations", steps 0 and 3.
public enum BatchPlan {
  /// Ranges of image indices: `batchSize` images each, the last range maybe fewer; one each where
  /// the images are not all of one size.
  ///
  /// - Parameters:
  ///   - sizes: Width and height of every image, before any resizing.
  ///   - batchSize: At least 1; as published 20.
  public static func batches(
    sizes: [(width: Int, height: Int)], batchSize: Int
  ) -> [Range<Int>] {
    let areAlike = sizes.dropFirst().allSatisfy { $0 == sizes[0] }
    let size = areAlike ? max(batchSize, 1) : 1
    return stride(from: 0, to: sizes.count, by: size).map { start in
      start..<min(start + size, sizes.count)
    }
  }
}
