import Files
import Foundation
import Images
import StableDiffusion
import Tensors
import TestSupport

/// The committed random checkpoints `sd1` and `sd2` and PyTorch's vectors; see make_tiny.py.
struct TinyCheckpoint {
  let name: String

  private static let root = Folder.join(SharedMaterial.repository, "Tests/Fixtures/tiny")

  var folder: String { Folder.join(Self.root, name) }

  func vectors() throws -> SafeTensors {
    try SafeTensors(Folder.join(Self.root, "vectors_\(name).safetensors"))
  }

  /// PyTorch's own distances between fp32 and fp64.
  func ownDistances() throws -> [String: Double] {
    let path = Folder.join(Self.root, "fp64_\(name).json")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try JSONDecoder().decode([String: Double].self, from: data)
  }

  /// An image among the vectors, `[h, w, 3]` bytes.
  static func image(_ array: NDArray) -> RGBImage {
    let bytes = array.storage.withBytes { Array($0) }
    return RGBImage(width: array.shape[1], height: array.shape[0], pixels: bytes)
  }

  /// A copy in `folder` whose files a test may change.
  func copy(to folder: String) throws {
    try FileManager.default.copyItem(atPath: self.folder, toPath: folder)
  }
}
